"""A bookmark that opens the patient whose page in Cliniko is shown: another way in than Cliniko's own button. Pure."""

import json
from urllib.parse import quote, urlsplit

from app.cliniko.patient_pages import cliniko_domain

# Runs in Cliniko's page. Without a window of its own (a pop-up refused) the patient opens in the same one.
CODE = """(() => {
  const patient = location.pathname.match(/^\\/patients\\/([0-9]{1,19})(\\/|$)/);
  if (!%(is_cliniko)s || !patient) return alert(%(advice)s);
  const address = %(address)s + patient[1];
  const opened = window.open(address, "_blank");
  if (opened) opened.opener = null;
  else location.href = address;
})()"""
ADVICE = "Open a patient's page in Cliniko first, then choose this bookmark."


def bookmarklet(public_url: str, api_url: str) -> str:
    """Return the bookmark's address. ``api_url`` tells which hosts are Cliniko's; on any other it only gives advice."""
    domain = cliniko_domain(api_url)
    on_host = f"location.hostname.endsWith({json.dumps('.' + domain)})" if domain else ""
    code = CODE % {
        "is_cliniko": on_host or f"(location.host === {json.dumps(urlsplit(api_url).netloc)})",
        "advice": json.dumps(ADVICE),
        "address": json.dumps(f"{public_url}/open/cliniko?patient_id="),
    }
    # Browsers decode the address before they run it; void keeps them from showing what comes out.
    return "javascript:" + quote(f"void {' '.join(code.split())}", safe="()[]{}=>!|&?:;,.'^$*+/")
