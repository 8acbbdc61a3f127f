"""Intakes whose every text is an attack: markup, scripts, templates, styles, control characters, endless words."""

from collections.abc import Iterator
from typing import Any

from triage.assessment import Patient, Referral

LONG = "A" * 10_000
"""A name without end; nothing that answers an error may repeat it."""

MARK = "PATIENTTEXT"
"""Stands in every text, so that a log or an error that repeats one is found out."""

HOST = "evil.invalid"

TEXTS = {
    "script": f"<script>window.attacked = 1</script>{MARK}",
    "handler": f'<img src=x onerror="window.attacked = 1">{MARK}',
    "attribute": f'" onmouseover="window.attacked = 1" autofocus onfocus="window.attacked = 1" x="{MARK}',
    "style_end": f"</style><script>window.attacked = 1</script>{MARK}",
    "style": f'"; }} * {{ background: url(http://{HOST}/a.png) }} @import url(http://{HOST}/b.css); {MARK}',
    "title_end": f'</title></head><body onload="window.attacked = 1">{MARK}',
    "comment": f"<!--{MARK}--><![CDATA[<script>window.attacked = 1</script>]]>",
    "link": f'<a href="javascript:window.attacked = 1">{MARK}</a><base href="http://{HOST}/">',
    "scheme": f"javascript:window.attacked=1//{MARK}",
    "refresh": f'<meta http-equiv="refresh" content="0; url=http://{HOST}/">{MARK}',
    "svg": f'<svg onload="window.attacked = 1"><image href="http://{HOST}/c.png"/><use href="http://{HOST}/d.svg#x"/></svg>{MARK}',
    "frame": f'<iframe srcdoc="<script>parent.attacked = 1</script>" src="file:///etc/passwd"></iframe>{MARK}',
    "template": f"{{{{ 7 * 191 }}}}{{% include '/etc/passwd' %}}{{# x #}}{{{{ ''.__class__.__mro__ }}}}{MARK}",
    "direction": f"\u202e\u2066{MARK}\u2069\u202c\u200f\u061c\u200b\ufeff",
    "control": f"\x00\x07\x1b[2J\x9b31m\r\n\x0b\x0c\x85\u2028{MARK}\x7f",
    "half": f"\ud800{MARK}\udfff",
    "long": f"{MARK}{LONG}",
    "many": f"{MARK} " * 1_000,
}
"""Each attack by name. `7 * 191` is 1337, which stands nowhere else."""


def intakes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give, for each attack, an intake with it in every place that takes a text."""
    for name, text in TEXTS.items():
        yield name, everywhere(text)


def everywhere(text: str) -> dict[str, Any]:
    """
    Give an intake that has `text` wherever a host can put words.

    Enough stands beside it for an emergency with results, medicines, faults of every kind and contradictions.
    """
    return {
        "on": "2026-03-12T14:20",
        "patient": dict.fromkeys(Patient.model_fields, text) | {text: text},
        "referral": dict.fromkeys(Referral.model_fields, text) | {text: text, "extra": [text]},
        "muscle_cramps": True,
        "saddle_numb": True,
        "back_pain": True,
        "age_years": text,
        "sex_for_ranges": text,
        "fever": text,
        "cramp_site": ["calf", text],
        "cramp_side": text,
        "cramp_timing": [text],
        "cramp_onset_days": {"on": text},
        "pregnant": [text],
        "lab_k": {"value": "3.1", "unit": text, "on": text, text: text},
        "lab_mg": {"value": text, "unit": "mmol/L"},
        "lab_ca_adj": f"2.3 {text}",
        "lab_na": {"value": "137", "unit": "mmol/L", "on": text},
        "medicines": [
            text,
            f"furosemide 40 mg {text}",
            {"name": text, "dose": text, "taken": text, "started": text, "stopped": text, "atc": text, text: text},
            {"name": "salbutamol", "dose": text, "taken": text},
            {"dose": text},
            [text],
        ],
        "medicines_complete": text,
    }
