"""A desk: a gate without a camera, whose readings come from an attendant's page.

    desk.py         the story: what the page asks -> entry -> record -> what the page shows
    entry.py        what was typed about somebody, made fit to keep; log.py, lines of a paper log
    shown.py        what a reader of codes or a photograph gave; lens.py decodes photographs apart
    book.py         each entry is one record, however often its form is sent; forms.py remembers
    passes.py       passes from the desk's own key; slips.py puts them on paper, thermal.py on rolls
    attendants.py   who may log in; sessions.py, who has
    pages.py        what is answered to each request; markup.py spells it
    server.py       HTTP on this machine, the threads' one home

Judge, journal, sealing and uplink are a gate's. Nobody can ask a desk who came: what was entered
is sealed before it is stored, and the page forgets it once it is printed.
"""
