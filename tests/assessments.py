"""Hand-built assessments for the report tests: people, numbers and sentences are invented, the layout load is realistic."""

from collections.abc import Mapping, Sequence

from triage.assessment import (
    AdviceGiven,
    AdviceWithheld,
    Answer,
    Assessment,
    CauseFound,
    ConflictFound,
    DestinationFound,
    Evidence,
    FiredRule,
    FlagFound,
    Grounds,
    HonestNote,
    InputFault,
    InvestigationFound,
    KnowledgeBaseInfo,
    LaboratoryValue,
    MedicineFound,
    Medicines,
    OpenQuestion,
    Patient,
    PatternFound,
    RedFlags,
    Referral,
    SafetyNetGiven,
    SourceCited,
    State,
    UrgencyFound,
    UrgencyRange,
)
from triage.conditions import Urgency
from triage.findings import Answerer, Kind
from triage.rules import Certainty, Provenance

YES, NO, UNSURE = "yes", "no", "?"

SCREEN: Mapping[str, Mapping[str, str]] = {
    "Breathing, heart, mind": {
        "collapse": "Collapse or reduced consciousness", "fainted": "Syncope", "seizure": "Seizure",
        "confusion_new": "New confusion", "breathing_hard_rest": "Dyspnoea at rest", "breathless_flat": "Orthopnoea",
        "chest_pain": "Chest pain", "coughing_blood": "Haemoptysis", "face_arm_speech": "FAST-positive",
    },
    "Jaw, throat, stiffness, poison": {
        "throat_tight": "Laryngospasm or stridor", "jaw_lock": "Trismus", "trunk_rigid": "Axial rigidity",
        "spasm_by_touch_noise": "Stimulus-triggered spasm", "neck_or_eye_twisting": "Acute dystonia signs",
        "toxin_or_bite": "Toxin exposure or envenomation",
    },
    "Locked hands, heartbeat, body salts": {
        "hands_claw_now": "Carpopedal spasm", "tingle_mouth": "Perioral tingling", "palpitations": "Palpitations",
        "losses_vomit_diarrhoea": "Vomiting or diarrhoea", "cannot_keep_fluids": "Cannot keep fluids down",
        "overdrank_event": "Excess water at an event", "sedative_stopped": "Sedative stopped suddenly",
    },
    "Spine": {
        "saddle_numb": "Saddle sensory change", "bladder_new": "New bladder dysfunction",
        "bowel_new": "New bowel dysfunction", "sexual_new": "New sexual dysfunction", "back_pain": "Back pain",
        "leg_pain_both": "Bilateral radicular pain",
    },
    "Nerves": {
        "weakness": "Weakness", "foot_drop": "Foot drop", "wrist_drop": "Wrist drop", "numb_ascending": "Ascending numbness",
        "double_vision": "Diplopia", "speech_swallow_slow": "Bulbar symptoms", "muscle_wasting": "Muscle wasting",
        "grip_loss": "Grip loss pattern",
    },
    "Blood flow and clots": {
        "limb_pain_sudden": "Sudden limb pain", "foot_rest_pain": "Rest pain in the foot",
        "limb_pale_mottled": "Pale or mottled limb", "limb_cold": "Cold limb", "limb_numb_new": "New limb numbness",
        "limb_paralysed": "Limb paralysis", "calf_swollen_one": "Unilateral calf swelling",
        "calf_tender": "Calf tenderness", "leg_warm_red": "Warm red leg", "foot_ulcer_black": "Foot ulcer or gangrene",
        "finger_sore_black": "Digital ulcer or ischaemia",
    },
    "Muscle, urine, exertion": {
        "cramp_now_not_settling": "Ongoing unrelieved cramp", "muscle_pain_severe": "Severe muscle pain",
        "muscle_swollen_tense": "Tense swollen muscle", "dark_urine": "Dark urine", "low_urine": "Oliguria",
        "limb_injury": "Limb injury", "pop_or_cannot_stand": "Pop or cannot stand",
        "crush_or_long_lie": "Crush or long lie", "heat_exertion": "Exertion in heat",
    },
    "About the person": {
        "fever": "Fever", "rash_skin_change": "Skin change over limb", "cancer_history": "Cancer, past or present",
        "ckd_known": "Chronic kidney disease", "dialysis_missed": "Dialysis missed", "pregnant": "Pregnancy",
        "postpartum_6w": "Puerperium",
    },
}  # fmt: skip

_PERSON = {
    "cramp_site": ("Cramp sites", Kind.SET, "pattern"), "cramp_side": ("Laterality", Kind.CHOICE, "pattern"),
    "cramp_onset_days": ("Time since onset", Kind.QUANTITY, "pattern"),
    "cramp_trend": ("Trend", Kind.CHOICE, "pattern"), "cramp_timing": ("Timing", Kind.SET, "pattern"),
    "cramp_per_week": ("Frequency", Kind.QUANTITY, "pattern"),
    "cramp_longest_min": ("Longest episode", Kind.QUANTITY, "pattern"),
    "cramp_wakes": ("Wakes from sleep", Kind.BOOLEAN, "pattern"),
    "muscle_hard": ("Palpable contraction", Kind.BOOLEAN, "pattern"),
    "stretch_massage_relief": ("Relief by stretch or massage", Kind.CHOICE, "pattern"),
    "self_care_weeks": ("Duration of self-care trial", Kind.QUANTITY, "pattern"),
    "cramp_limits_life": ("Impact on quality of life", Kind.BOOLEAN, "pattern"),
    "age_years": ("Age", Kind.QUANTITY, "person"), "diabetes": ("Diabetes", Kind.BOOLEAN, "conditions"),
    "high_bp": ("High blood pressure", Kind.BOOLEAN, "conditions"), "asthma": ("Asthma", Kind.BOOLEAN, "conditions"),
    "smoker": ("Smoker", Kind.BOOLEAN, "lifestyle"), "alcohol_units": ("Alcohol", Kind.QUANTITY, "lifestyle"),
    "sits_long": ("Sits for most of the day", Kind.BOOLEAN, "lifestyle"),
    "lives_alone_no_help": ("Limited support", Kind.BOOLEAN, "person"),
}  # fmt: skip
_CLINIC = {
    "heart_rate": "Heart rate", "sys_bp": "Systolic blood pressure", "dia_bp": "Diastolic blood pressure",
    "spo2": "Oxygen saturation", "reflexes_brisk": "Brisk reflexes", "foot_pulses": "Foot pulses",
    "ecg_abnormal": "New ECG change",
}  # fmt: skip
_LABORATORY = {
    "lab_k": "Potassium", "lab_na": "Sodium", "lab_ca": "Calcium, adjusted", "lab_mg": "Magnesium",
    "lab_ck": "Creatine kinase", "lab_creat": "Creatinine", "lab_egfr": "eGFR", "lab_tsh": "TSH", "lab_hba1c": "HbA1c",
}  # fmt: skip

LIMITS = "An aid for the clinician, not a diagnosis. Unsigned until a clinician confirms it."
SOURCES = {
    "S1": SourceCited(
        id="S1", title="Leg cramps: clinical summary", read_as="web page", links=("https://example.org/cramps",)
    ),
    "S16": SourceCited(
        id="S16",
        title="National suspected cauda equina syndrome pathway",
        read_as="excerpt",
        links=("https://example.org/ces",),
    ),
    "S27": SourceCited(id="S27", title="Hypokalaemia in adults", read_as="full text", links=()),
}


def _answer(finding: str, label: str, kind: Kind, group: str, by: Answerer, shown: str | None) -> Answer:
    state: State = "not_asked" if shown is None else "asked_unknown" if shown == UNSURE else "answered"
    said = "" if shown in (None, UNSURE) else str(shown)
    return Answer(
        finding=finding, label=label, question="", group=group, kind=kind, answered_by=by, state=state, shown=said
    )  # fmt: skip


def answers(given: Mapping[str, str]) -> tuple[Answer, ...]:
    """Give every finding with the answers given; all others were not asked."""
    return (
        *(
            _answer(name, label, kind, group, Answerer.PERSON, given.get(name))
            for name, (label, kind, group) in _PERSON.items()
        ),
        *(
            _answer(name, label, Kind.BOOLEAN, page, Answerer.PERSON, given.get(name))
            for page, labels in SCREEN.items()
            for name, label in labels.items()
        ),
        *(
            _answer(name, label, Kind.QUANTITY, "examination", Answerer.EXAMINATION, given.get(name))
            for name, label in _CLINIC.items()
        ),
        *(
            _answer(name, label, Kind.QUANTITY, "laboratory", Answerer.LABORATORY, given.get(name))
            for name, label in _LABORATORY.items()
        ),
    )


def red_flags(given: Mapping[str, str]) -> RedFlags:
    """Give the screen with the answers given."""
    lists: dict[str, list[FlagFound]] = {YES: [], NO: [], UNSURE: [], "": []}
    for page, labels in SCREEN.items():
        for name, label in labels.items():
            shown = given.get(name, "")
            kind = shown if shown in lists else YES
            lists[kind].append(FlagFound(finding=name, label=label, answer="" if shown == UNSURE else shown, page=page))
    answered, total = len(lists[YES]) + len(lists[NO]), sum(map(len, lists.values()))
    return RedFlags(
        present=tuple(lists[YES]), absent=tuple(lists[NO]), unknown=tuple(lists[UNSURE]), not_asked=tuple(lists[""]),
        answered=answered, total=total, complete=answered == total,
    )  # fmt: skip


def grounds(*sources: str, note: str = "") -> Grounds:
    return Grounds(sources=sources, provenance=(Provenance.SOURCED, Provenance.EXPERT_DEFAULT), note=note)


def rule(
    order: int,
    name: str,
    row: str,
    title: str,
    cause: str,
    urgency: Urgency | None,
    evidence: Sequence[tuple[str, str, str]],
    *,
    certainty: Certainty = Certainty.POSSIBLE,
    gap: bool = False,
    set_aside: bool = False,
    source: str = "S1",
    deadline: str = "",
    harm: str = "",
    because: str = "",
    condition: str = "",
) -> FiredRule:
    return FiredRule(
        order=order, id=name, row=row, title=title, cause=cause, certainty=certainty, urgency=urgency, gap=gap,
        set_aside=set_aside, condition=condition or " and ".join(test for _, _, test in evidence), because=because,
        evidence=tuple(
            Evidence(finding=finding, label=finding.replace("_", " ").capitalize(), answer=answer, test=test, state="answered")
            for finding, answer, test in evidence
        ),
        patterns=(), action="Arrange assessment", destinations=("ed",) if urgency is Urgency.EMERGENCY else ("gp",),
        deadline=deadline, grounds=grounds(source, note="time limit from the source"), harm=harm,
    )  # fmt: skip


def question(finding: str, label: str, by: Answerer, reach: Urgency | None, state: State = "not_asked") -> OpenQuestion:
    return OpenQuestion(
        finding=finding,
        label=label,
        question="",
        answered_by=by,
        state=state,
        could_reach=reach,
        rules=("el.low_potassium",),
    )


def medicine(text: str, *, started: str = "", concerns: tuple[str, ...] = (), recognised: bool = True) -> MedicineFound:
    return MedicineFound(
        text=text, ingredients=(text.split()[0],), classes=("diuretic",) if concerns else (), dose="", taken="once a day",
        started=started, stopped="", current=True, recognised=recognised, note="", concerns=concerns, rules=(),
    )  # fmt: skip


def result(
    name: str,
    value: float,
    unit: str,
    given: str,
    low: float | None,
    high: float | None,
    band: str,
    *,
    out: bool = False,
) -> LaboratoryValue:
    return LaboratoryValue(
        id=name, label=_LABORATORY[name], value=value, unit=unit, given=given, low=low, high=high, cuts=(2.5, 3.0) if out else (),
        band=band, in_range=not out, on="2026-03-09", age_days=3, derived=False, raises=Urgency.URGENT if out else None,
    )  # fmt: skip


def cause(
    name: str, label: str, certainty: Certainty, urgency: Urgency | None, rules: tuple[str, ...], supporting: tuple[str, ...],
    *, opposing: tuple[str, ...] = (), missing: tuple[str, ...] = (), gap_only: bool = False,
) -> CauseFound:  # fmt: skip
    return CauseFound(
        id=name, label=label, plain=label, group="", certainty=certainty, urgency=urgency, gap_only=gap_only, set_aside=False,
        rules=rules, supporting=supporting, opposing=opposing, missing=missing,
    )  # fmt: skip


def _assessment(given: Mapping[str, str], **parts: object) -> Assessment:
    base: dict[str, object] = {
        "id": "case-0001",
        "as_of": "2026-03-12T14:20:00",
        "engine": "checked",
        "engine_version": "0.1.0",
        "knowledge_base": KnowledgeBaseInfo(
            id="cramps", title="Muscle cramps", version="0.1.0", content_hash="9f2c" * 16,
            review_status="draft, not signed by a clinician", reviewers=(),
        ),
        "patient": Patient(),
        "referral": Referral(),
        "answers": answers(given),
        "red_flags": red_flags(given),
        "patterns": (),
        "medicines": Medicines(state="not_asked", complete=False, entries=()),
        "laboratory": (),
        "open_questions": (),
        "investigations": (),
        "advice_given": (),
        "advice_withheld": (),
        "safety_netting": (),
        "honest_notes": (),
        "input_faults": (),
        "conflicts": (),
        "sources": tuple(SOURCES.values()),
        "limits": LIMITS,
    }  # fmt: skip
    return Assessment.model_validate(base | parts)


def emergency() -> Assessment:
    """Suspected cauda equina; the interview stopped early, nothing about the person or the sender was filled in."""
    given = {
        **dict.fromkeys([*SCREEN["Breathing, heart, mind"], *SCREEN["Jaw, throat, stiffness, poison"]], NO),
        "saddle_numb": YES, "bladder_new": YES, "bowel_new": NO, "back_pain": YES, "leg_pain_both": YES, "weakness": UNSURE,
        "cramp_site": "calf, hamstring", "cramp_side": "both", "cramp_onset_days": "4 days", "age_years": "46 years",
    }  # fmt: skip
    return _assessment(
        given,
        urgency=UrgencyFound(
            level=Urgency.EMERGENCY, word="Emergency", time="now", deadline="MRI within 4 hours of request",
            action="Send to the emergency department now", plain_action="Go to A&E now",
            request="Please assess now for compression of the cauda equina and decide on emergency MRI. "
            "Imaging should not wait for a rectal examination.",
            reason="possible cauda equina syndrome: saddle sensory change and new bladder dysfunction with bilateral radicular pain",
            rules=("sp.ces_signs",), because_not_known=False, open_findings=(), set_aside=(),
        ),
        urgency_range=UrgencyRange(
            established=Urgency.EMERGENCY, possible=Urgency.EMERGENCY, settled=True, scope=(Answerer.PERSON,),
            sentence="Settled: no open answer can change it.", lifts=(),
            outside=(question("reflexes_brisk", "Brisk reflexes", Answerer.EXAMINATION, Urgency.EMERGENCY),),
        ),
        destinations=(
            DestinationFound(id="ed", label="Emergency department", plain="A&E", urgency=Urgency.EMERGENCY),
            DestinationFound(id="spinal", label="on-call spinal team", plain="spinal team", urgency=Urgency.EMERGENCY),
        ),
        causes=(
            cause(
                "ces", "Cauda equina syndrome", Certainty.POSSIBLE, Urgency.EMERGENCY, ("sp.ces_signs", "sp.ces_bilateral"),
                ("Saddle sensory change", "New bladder dysfunction", "Bilateral radicular pain"),
                opposing=("New bowel dysfunction: no",), missing=("Weakness", "New sexual dysfunction"),
            ),
            cause(
                "root", "Cramps from nerve root irritation", Certainty.CONSIDER, Urgency.ROUTINE, ("sp.root_cramp",),
                ("Back pain", "Cramp sites: calf, hamstring"),
            ),
        ),
        fired_rules=(
            rule(
                1, "sp.ces_signs", "SP-01", "Saddle or bladder change with back or leg pain", "ces", Urgency.EMERGENCY,
                [("saddle_numb", "yes", "saddle sensory change"), ("bladder_new", "yes", "new bladder dysfunction")],
                source="S16", deadline="MRI within 4 hours of request", harm="permanent loss of bladder, bowel and leg function",
                because="new saddle or bladder change with back or leg pain may mean compression of the cauda equina",
                condition="saddle sensory change or new bladder or bowel dysfunction, and back pain or radicular leg pain",
            ),
            rule(
                2, "sp.ces_bilateral", "SP-02", "Radicular pain down both legs", "ces", Urgency.EMERGENCY,
                [("leg_pain_both", "yes", "bilateral radicular pain")], source="S16",
                because="pain down both legs is an early sign",
            ),
            rule(
                3, "sp.root_cramp", "SP-24", "Cramps with radicular pain", "root", Urgency.ROUTINE,
                [("back_pain", "yes", "back pain")], certainty=Certainty.CONSIDER, because="nerve roots can start calf cramps",
            ),
        ),
        patterns=(PatternFound(id="cauda_equina_sign", label="Cauda equina sign", truth="true", because="Saddle sensory change"),),
        investigations=(
            InvestigationFound(
                id="ces", label="Suspected cauda equina compression",
                first="emergency MRI; bladder scan after voiding only if it causes no delay "
                "(200 mL or more raises likelihood, less does not exclude it)",
                second="", causes=("Cauda equina syndrome",), grounds=grounds("S16"),
            ),
        ),
        advice_given=(
            AdviceGiven(id="go", text="Go to the emergency department now; call 999 if it cannot be reached safely",
                        cautions=(), honesty="", grounds=grounds("S16")),
        ),
        advice_withheld=(
            AdviceWithheld(id="stretch", text="Stretching", held_by="answer", reasons=("Possible spinal emergency",),
                           replacement="Do not stretch; get checked first"),
            AdviceWithheld(id="mg", text="Magnesium supplement", held_by="urgency", reasons=(), replacement=""),
        ),
        safety_netting=(
            SafetyNetGiven(id="u1", level=Urgency.EMERGENCY, title="Call 999 now if",
                           points=("both legs go weak", "you cannot pee at all", "you lose control of your bowel")),
        ),
    )  # fmt: skip


def routine() -> Assessment:
    """Night cramps on a diuretic with a low potassium; every field filled in, much known, two tests missing."""
    given = {
        **{name: NO for labels in SCREEN.values() for name in labels},
        "tingle_mouth": UNSURE,
        "cramp_site": "calf, foot or toes", "cramp_side": "both", "cramp_onset_days": "49 days", "cramp_trend": "worse",
        "cramp_timing": "at night in bed", "cramp_per_week": "4 per week", "cramp_longest_min": "4 minutes",
        "cramp_wakes": YES, "muscle_hard": YES, "stretch_massage_relief": "full", "self_care_weeks": "5 weeks",
        "cramp_limits_life": YES, "age_years": "67 years", "diabetes": NO, "high_bp": YES, "asthma": YES, "smoker": NO,
        "alcohol_units": "8 units a week", "sits_long": YES, "heart_rate": "72 /min", "sys_bp": "134 mmHg",
        "dia_bp": "78 mmHg", "foot_pulses": "present", "lab_k": "3.1 mmol/L", "lab_ca": "2.31 mmol/L",
        "lab_na": "137 mmol/L", "lab_creat": "84 micromol/L", "lab_ck": "180 units/L",
    }  # fmt: skip
    del given["pregnant"], given["postpartum_6w"]
    lifts = (
        question("tingle_mouth", "Perioral tingling", Answerer.PERSON, Urgency.SAME_DAY, "asked_unknown"),
    )  # fmt: skip
    outside = (
        question("lab_mg", "Magnesium", Answerer.LABORATORY, Urgency.SAME_DAY),
        question("ecg_abnormal", "New ECG change", Answerer.EXAMINATION, Urgency.EMERGENCY),
        question("lab_tsh", "TSH", Answerer.LABORATORY, None),
    )
    return _assessment(
        given,
        id="case-0002",
        patient=Patient(
            name="Patient B", born="1958-09-19", sex="Male", number="999 000 0002", phone="07700 900 002",
            needs="Hears better by phone than in a crowd", allergies="Penicillin: rash",
        ),
        referral=Referral(
            sender="Pharmacy clinic A", referrer="Pharmacist A", phone="01632 960 002", to="GP, Practice A",
            to_note="Copy to the prescriber of the inhaler", reference="Reference CT-0002",
            expectation="Patient B would like to sleep through, and to know whether a tablet is the reason.",
            history="High blood pressure since 2015, asthma since childhood. Lives with partner, retired.",
            notes="Agrees that this letter is shared with the practice.",
        ),
        urgency=UrgencyFound(
            level=Urgency.URGENT, word="Urgent", time="within 14 days", deadline="repeat potassium in 3 to 7 days",
            action="Arrange an appointment within 14 days", plain_action="See your GP within two weeks",
            request="Please repeat potassium with magnesium in 3 to 7 days, record an ECG, and review indapamide and salmeterol.",
            reason="potassium 3.1 mmol/L with night cramps that began two weeks after indapamide; magnesium has not been measured",
            rules=("el.low_potassium",), because_not_known=False, open_findings=(), set_aside=(),
        ),
        urgency_range=UrgencyRange(
            established=Urgency.URGENT, possible=Urgency.EMERGENCY, settled=False, scope=(Answerer.PERSON,),
            sentence="Could still rise: perioral tingling and ECG are not known.", lifts=lifts, outside=outside,
        ),
        destinations=(DestinationFound(id="gp", label="GP review", plain="your GP", urgency=Urgency.URGENT),),
        causes=(
            cause("low_k", "Low potassium, mild", Certainty.FACT, Urgency.URGENT, ("el.low_potassium",),
                  ("Potassium: 3.1 mmol/L on 9 Mar 2026",), missing=("Magnesium",)),
            cause("thiazide", "Thiazide-like diuretic effect", Certainty.PROBABLE, Urgency.URGENT, ("dr.thiazide", "dr.recent"),
                  ("Takes indapamide", "Cramps began 14 days after it"), opposing=("Sodium: in range",)),
            cause("laba", "Salmeterol-related cramp", Certainty.POSSIBLE, Urgency.ROUTINE, ("dr.laba",), ("Takes salmeterol",),
                  opposing=("Used 9 weeks before the first cramp",)),
            cause("low_mg", "Hidden low magnesium", Certainty.POSSIBLE, None, ("el.mg_unknown",), ("Potassium low on a diuretic",),
                  missing=("Magnesium",), gap_only=True),
            cause("idiopathic", "Idiopathic night cramps", Certainty.CONSIDER, Urgency.ROUTINE, ("id.night",), ("Timing: at night",)),
            cause("sitting", "Short calf muscles from sitting", Certainty.CONSIDER, Urgency.ROUTINE, ("in.sitting",),
                  ("Sits for most of the day",)),
        ),
        fired_rules=(
            rule(1, "el.low_potassium", "EL-03", "Potassium 3.0 to 3.4 with cramps", "low_k", Urgency.URGENT,
                 [("lab_k", "3.1 mmol/L", "potassium at least 3.0 and below 3.5 mmol/L")], certainty=Certainty.FACT, source="S27",
                 deadline="repeat potassium in 3 to 7 days", because="mild low potassium can cause cramps and deepen on a diuretic",
                 harm="rhythm disturbance if it falls further"),
            rule(2, "dr.thiazide", "DR-01", "Thiazide-like diuretic and cramps", "thiazide", Urgency.URGENT,
                 [("medicines", "indapamide", "takes a thiazide-like diuretic")], certainty=Certainty.PROBABLE,
                 because="thiazide-like diuretics lower potassium, sodium and magnesium"),
            rule(3, "dr.laba", "DR-10", "Inhaled long-acting beta-agonist and cramps", "laba", Urgency.ROUTINE,
                 [("medicines", "salmeterol", "takes a long-acting beta-agonist")], because="cramps are a listed side effect"),
            rule(4, "el.mg_unknown", "EL-25", "Potassium low and magnesium not measured", "low_mg", None, [], gap=True,
                 condition="potassium is below 3.5 mmol/L and there is no usable magnesium",
                 because="potassium does not rise while magnesium is low"),
            rule(5, "id.night", "ID-01", "Typical night cramps", "idiopathic", Urgency.SELF_CARE,
                 [("cramp_timing", "at night in bed", "timing includes night in bed")], set_aside=True,
                 because="most night cramps are harmless"),
        ),
        patterns=(
            PatternFound(id="electrolytes_normal", label="Electrolytes in range", truth="false", because="Potassium: 3.1 mmol/L"),
            PatternFound(id="renal", label="Renal restriction", truth="unknown", because=""),
        ),
        medicines=Medicines(
            state="answered", complete=True,
            entries=(
                medicine("indapamide 2.5 mg", started="2026-01-08", concerns=("thiazide",)),
                medicine("salmeterol inhaler 50 micrograms", started="2025-11-20", concerns=("laba",)),
                medicine("amlodipine 5 mg", started="2021"),
                medicine("herbal night drops", recognised=False),
            ),
        ),
        laboratory=(
            result("lab_k", 3.1, "mmol/L", "3.1 mmol/L", 3.5, 5.3, "low", out=True),
            result("lab_ca", 2.31, "mmol/L", "2.31 mmol/L", 2.2, 2.6, "in range"),
            result("lab_na", 137, "mmol/L", "137 mmol/L", 133, 146, "in range"),
            result("lab_creat", 84, "micromol/L", "0.95 mg/dL", 60, 105, "in range"),
            result("lab_ck", 180, "units/L", "180 units/L", None, 320, "in range"),
        ),
        open_questions=(*outside, *lifts),
        investigations=(
            InvestigationFound(id="low_k", label="Low potassium", first="potassium, magnesium, bicarbonate, creatinine, ECG",
                               second="urine potassium, renin and aldosterone", causes=("Low potassium, mild",),
                               grounds=grounds("S27")),
            InvestigationFound(id="recurrent", label="Recurrent cramps with a risk factor", first="TSH, HbA1c",
                               second="B12, ferritin", causes=("Idiopathic night cramps",), grounds=grounds("S1")),
        ),
        advice_given=(
            AdviceGiven(id="stretch", text="Gently stretch the cramped muscle; stretch calf and thigh back before bed",
                        cautions=(), honesty="modest evidence, low risk", grounds=grounds("S1")),
            AdviceGiven(id="warm", text="Keep legs warm, loose bedding", cautions=("no hot bottle on numb skin",),
                        honesty="no good evidence", grounds=grounds()),
            AdviceGiven(id="pills", text="Keep taking all medicines; bring the boxes", cautions=(), honesty="", grounds=grounds()),
        ),
        advice_withheld=(
            AdviceWithheld(id="mg", text="Magnesium supplement", held_by="unknown", reasons=("Heart block or long QT",),
                           replacement="Do not start magnesium; your clinician will decide"),
            AdviceWithheld(id="fluids", text="Drink more", held_by="unknown", reasons=("Heart failure",),
                           replacement="Keep to the amount your team advised"),
            AdviceWithheld(id="salt", text="Salty drink after sweating", held_by="answer", reasons=("High blood pressure",),
                           replacement="Do not add salt"),
        ),
        safety_netting=(
            SafetyNetGiven(id="u1", level=Urgency.EMERGENCY, title="Call 999 now if", points=(
                "you cannot pee or you leak, or you go numb between the legs", "both legs go weak",
                "chest pain or trouble breathing", "face, arm or speech goes wrong", "you pass out, have a fit or are confused",
                "your jaw locks", "an arm or leg turns cold, pale or blue", "cola-coloured pee with sore muscles",
                "your hands lock and do not open when you breathe slowly", "fever with a stiff neck or back",
                "a limb muscle is swollen, hard and agonising")),
            SafetyNetGiven(id="u2", level=Urgency.SAME_DAY, title="Get help the same day if", points=(
                "one calf swells, or is sore and warm", "a cramp lasts more than 10 minutes and will not stop",
                "lips or fingers tingle with cramps", "vomiting or diarrhoea for 2 days", "your heart flutters")),
            SafetyNetGiven(id="u3", level=Urgency.URGENT, title="Book within two weeks if", points=(
                "weakness, thinning muscles or widespread twitching", "tripping, slurred speech or swallowing trouble")),
        ),
        honest_notes=(
            HonestNote(id="mg", topic="Magnesium", text="trials show no clear benefit for night cramps", grounds=grounds("S1")),
        ),
        input_faults=(
            InputFault(place="lab_creat", problem="0.95 given in mg/dL", mend="send micromol/L, or keep the unit with the value",
                       treated_as="84 micromol/L"),
        ),
        conflicts=(
            ConflictFound(id="relief", findings=("Relief by stretch or massage", "Ongoing unrelieved cramp"),
                          note="relief is full, and one cramp did not settle", kept="ongoing unrelieved cramp: no"),
        ),
    )  # fmt: skip


def self_care() -> Assessment:
    """Benign night cramps with a complete screen; little else."""
    given = {
        **{name: NO for labels in SCREEN.values() for name in labels},
        "cramp_site": "calf", "cramp_side": "alternating", "cramp_onset_days": "90 days", "cramp_timing": "at night in bed",
        "age_years": "58 years",
    }  # fmt: skip
    return _assessment(
        given,
        id="case-0003",
        patient=Patient(name="Patient C", born="1967-05-02", number="999 000 0003", allergies="No known allergies"),
        urgency=UrgencyFound(
            level=Urgency.SELF_CARE, word="Self-care", time="no visit needed", deadline="", action="Self-care with return advice",
            plain_action="You can look after this yourself", request="No referral is asked for; please file for information.",
            reason="typical night cramps, red-flag screen complete and negative", rules=("id.night",), because_not_known=False,
            open_findings=(), set_aside=(),
        ),
        urgency_range=UrgencyRange(
            established=Urgency.SELF_CARE, possible=Urgency.SELF_CARE, settled=True, scope=(Answerer.PERSON,),
            sentence="Settled: no open answer can change it.", lifts=(), outside=(),
        ),
        destinations=(DestinationFound(id="home", label="Home, community pharmacist", plain="home", urgency=Urgency.SELF_CARE),),
        causes=(
            cause("idiopathic", "Idiopathic night cramps", Certainty.PROBABLE, Urgency.SELF_CARE, ("id.night",), ("Timing: at night",)),
        ),
        fired_rules=(
            rule(1, "id.night", "ID-01", "Typical night cramps", "idiopathic", Urgency.SELF_CARE,
                 [("cramp_timing", "at night in bed", "timing includes night in bed")], certainty=Certainty.PROBABLE,
                 because="most night cramps are harmless"),
        ),
        medicines=Medicines(state="answered", complete=True, entries=()),
    )  # fmt: skip


HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(2)><link rel=stylesheet href="http://evil.example/x.css">'
    "{{ 7 * 7 }}{% include '/etc/passwd' %}{{ ''.__class__.__mro__ }}\"'</style><style>@import url(http://evil.example/y.css)"
    "\x00\x07\x1b[31m\u202etxet\u202c\u2066iso\u2069\u200b\r\n### heading"
)


def hostile() -> Assessment:
    """The routine case with hostile words wherever a host or a patient can put words."""
    plain = routine().model_dump(mode="json", by_alias=True)
    plain["patient"] = dict.fromkeys(plain["patient"], HOSTILE) | {"name": HOSTILE + "A" * 10_000}
    plain["referral"] = dict.fromkeys(plain["referral"], HOSTILE)
    for entry in plain["medicines"]["entries"]:
        entry["text"] = HOSTILE
    for found in plain["answers"]:
        found["shown"] = HOSTILE if found["state"] == "answered" and found["kind"] == "set" else found["shown"]
    for fault in plain["input_faults"]:
        fault["problem"] = HOSTILE
    plain["laboratory"][0]["given"] = HOSTILE
    plain["fired_rules"][0]["evidence"][0]["answer"] = HOSTILE
    return Assessment.model_validate(plain)
