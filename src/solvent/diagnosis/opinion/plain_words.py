"""Common English words, which name nothing. With the catalogue's own words they tell a name from a word that begins a sentence."""

from __future__ import annotations

_WORDS = frozenset(
    """
a about above absent accept according account across act action actual actually add additional address adjust after again against all
allow almost along already also although always among an and another any anyone anything apart appear appears apply are around as ask at
attempt avoid away back bad based be because become been before begin being below besides best better between beyond body both break
brief briefly bring broken build but by call came can cannot capital capture careful carefully case cause caused certain certainly
chance change check choose chunk clear clearly client close code come command common complete completely concern condition configuration
configure confirm connect connection consider consistent consult consumption contact contain content continue contrary correct correctly
could create current currently data day deal decide decline declined default delay delete deliver depend depending describe detail
detailed determine diagnose diagnosed did different difficult directly do document documentation does doing done down due during each
earlier early easily either else elsewhere empty end ensure entire entirely entry environment equal error especially even event
eventually ever every everyone everything exact exactly examine example exceed exceeded except exist expect expected expired explain
exponential export express extra fact fail failed failing failure fall fallback false far fault few fewer field figure fill final
finally find first fix follow following for force form format forward found frequent frequently from full fully function further
furthermore future general generally generic get give given go good great guess had half handle happen happens hard has have having he
head help helpful hence her here hold hour how however human if ignore immediately implement import important in incident include
includes including incomplete incorrect increase indeed independent indicate indicates indication information inner input inside inspect
instance instead internal into introduce invalid investigate involve is issue issued it item its itself just keep kept kind know known
lack large larger last late later latest layer lead least leave left less let level like likely limit line link list little local log
logging logs long longer look low lower machine main maintain make makes many match matter may maybe me mean meaning means meanwhile
measure mention message method might mind minute minutes miss missing mistake mixed mode modify moment monitor more moreover most mostly
move much must my name named namely near nearly necessary need neither network never nevertheless new next no nobody none nor normal
normally not note nothing notice notify now number obtain obvious occur occurs of off offer official often old on once one only onto
open operate operator option or order original other others otherwise our out outage outages output outside over overall own part
partial particular pass passed past path pause payload people per perhaps period permanent permission persist persists person personal
place plan please point portion position possible possibly post precise present prevent previous previously primary print prior probably
problem proceed process processing prompt proper properly protect prove provide provided provider public purpose put query question
quick quickly quite raise range rare rarely rather raw reach reached read ready real really reason receive received recent recently
recognizable recognize recognized recommend record recover reduce refer regardless regular regularly reject rejected relate related
relevant rely remain remember remove repeat repeated replace reply report request require required resend reset resolve resource respond
response rest restart result resume retry return returned review revise right root route rule run running safe same sandbox save say
says second seconds section see seem seems seen segment select send sensitive sent separate serious serve server service set several
shall shape share she shift short shorten shorter should show shows side similar simple simply simulate simultaneous since single site
size slow slowly small smaller so some somebody someone something sometimes soon sort source special specific specifically specify spend
split spread stage stand standard start state statement status stay step still stop store stored strange strategy strictly string strip
structure subject submit subsequent such sudden suggest suggests supply support suppose sure surely suspect switch system take taken
task team tell temporarily temporary test text than thank that the their them themselves then there therefore these they thing things
think third this those though three through thus time timed times timestamp title to today together too tool top total track translate
translation transmit transport treat true trust try turn twice two type typical typically unable unavailable unclear under understand
undo unexpected unfortunately unit unknown unless unlike unlikely until unusual up update upon upstream us usage use used user users
using usual usually valid validate value values various verify version very via view wait want warning was watch way we week well were
what whatever when whenever where whether which while who whole whose why will with within without word words work works worth would
write wrong year yes yet you your yours yourself
    """.split()  # noqa: SIM905 - a list of words reads better
)
_ENDINGS = (("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("d", ""), ("ing", ""), ("ing", "e"), ("ly", ""), ("ies", "y"))


def is_plain(word: str) -> bool:
    """Whether the Latin word is a common one, in this form or a simpler one."""
    plain = word.casefold()
    if plain in _WORDS or len(plain) == 1:
        return True
    return any(plain.endswith(ending) and plain[: len(plain) - len(ending)] + rest in _WORDS for ending, rest in _ENDINGS)
