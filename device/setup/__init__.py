"""What only root may do on a gate, done when it is asked for and at no other time.

    admission.py   the gate's request and its enrolment, by way of the boot partition

Neither camera nor network is here. Whatever it is given it believes only if the authority signed
it, whoever laid it there.
"""
