import cProfile, pstats, pytest, time
from datetime import UTC, datetime
from gezhi.loop.importing import service
from gezhi.loop.importing.running import Options
from gezhi.trust.rules import Actor
from tests.kit.sheet_files import MESSAGES
def test_prof(office):
    given = {"options": Options(), "actor": Actor.system("loop"), "now": datetime(2026, 11, 21, tzinfo=UTC)}
    p=cProfile.Profile(); t=time.time(); c=time.process_time()
    p.enable()
    o=service.import_file(MESSAGES / 'fj3_messages.csv.gz', name='x', **given)
    p.disable()
    print(o.created, time.time()-t, time.process_time()-c)
    pstats.Stats(p).sort_stats('tottime').print_stats(45)
    t=time.time(); c=time.process_time()
    o=service.import_file(MESSAGES / 'messages_dev.xlsx', name='x', **given)
    print(o.created, time.time()-t, time.process_time()-c)
    from gezhi.loop.service import replay
    t=time.time(); c=time.process_time()
    list(replay()); print('replay',time.time()-t, time.process_time()-c)
