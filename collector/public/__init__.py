"""The public page: people declare, and get a self-service pass.

A process and a user of its own. It can append a sealed declaration and ask for a pass, and can read
nothing: what somebody has typed travels with their own form from question to question, is sealed
here to the vault's public key, and is then gone.
"""
