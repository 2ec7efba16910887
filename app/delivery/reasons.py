"""Why a delivery waits or has failed, in words for the practitioner."""

from collections.abc import Mapping

from app.redaction import know_words

# The words on the left are what the database holds.
REASONS: Mapping[str, str] = {
    "": "",
    "no_key": (
        "No Cliniko API key is saved. The PDF is not in Cliniko yet. Paste a key in My account > Settings and the PDF "
        "goes out by itself."
    ),
    "key_rejected": (
        "Cliniko no longer accepts the API key. The PDF is not in Cliniko yet. Paste a new key in My account > "
        "Settings and the PDF goes out by itself."
    ),
    "key_unreadable": (
        "The saved API key cannot be read. The PDF is not in Cliniko yet. Save the key again in My account > Settings "
        "and the PDF goes out by itself."
    ),
    "role": (
        "This API key's role in Cliniko cannot add files. The PDF is not in Cliniko yet; download it meanwhile. Ask a "
        "Cliniko administrator for another role, such as practitioner or receptionist, and the PDF goes out by "
        "itself."
    ),
    "held": (
        "Cliniko is not answering at the moment. The PDF is safe here, but not in Cliniko yet. It goes out by itself "
        "as soon as Cliniko answers."
    ),
    "unreachable": "Cliniko did not answer.",
    "server_trouble": "Cliniko is having trouble.",
    "busy": "Cliniko is busy: this key has sent many requests.",
    "upload_expired": "The upload took too long and is starting again.",
    "storage_full": (
        "Your Cliniko account has no room for more files. The PDF is not in Cliniko yet. Remove files there or choose "
        "a larger plan; Kinebridge tries again every hour."
    ),
    "patient_not_visible": (
        "Cliniko does not show this patient to your API key: deleted there, or the key is of another clinic. The PDF "
        "was not added. Download it, or try again once you can see the patient in Cliniko."
    ),
    "patient_changed": (
        "The client was linked to another Cliniko patient after this was assigned. Nothing was sent. Check that it is "
        "the right person, then assign the program again."
    ),
    "removed": (
        "The PDF was in the patient's Files in Cliniko and is no longer there. If it is still needed, download it and "
        "add it in Cliniko by hand."
    ),
    "altered": (
        "The file in Cliniko differs from the PDF that was sent. Open it in the patient's Files. If it is damaged, "
        "archive it there, download the PDF here and add it by hand."
    ),
    "refused_once": "Cliniko did not take the file.",
    "refused": (
        "Cliniko refused the file. The PDF is not in the patient's Files. Download it and add it in Cliniko by hand."
    ),
    "gave_up": (
        "The PDF did not reach Cliniko in three days of trying. It is safe here. Try again, or download it and add it "
        "in Cliniko by hand."
    ),
    "stuck": (
        "Cliniko has been processing the file for a day. It may already be in the patient's Files: look there. If it "
        "does not open, download the PDF here and add it by hand."
    ),
    "processing": "Cliniko was still processing the file.",
    "duplicate": "The file was in the patient's Files twice. The second copy was archived in Cliniko.",
    "broken_off": "Kinebridge was interrupted and started again.",
    "trouble": "Something went wrong in Kinebridge.",
}

know_words(REASONS)
