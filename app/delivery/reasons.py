"""Why a delivery waits or has failed, in words for the practitioner."""

from collections.abc import Mapping

from app.redaction import know_words

# The words on the left are what the database holds.
REASONS: Mapping[str, str] = {
    "": "",
    "no_key": "No Cliniko API key is saved. Paste one in My account > Settings and the PDF goes out by itself.",
    "key_rejected": "Cliniko no longer accepts the API key. Paste a new one in My account > Settings "
    "and the PDF goes out by itself.",
    "key_unreadable": "The stored API key cannot be read. Save it again in My account > Settings "
    "and the PDF goes out by itself.",
    "role": "The Cliniko role of this API key may not add files; practitioner or receptionist can. "
    "Ask an administrator in Cliniko to change it and the PDF goes out by itself. Until then, download the PDF.",
    "held": "Cliniko is not answering at the moment. The PDF goes out by itself as soon as it does.",
    "unreachable": "Cliniko did not answer.",
    "server_trouble": "Cliniko has trouble at the moment.",
    "busy": "Cliniko has had too many requests with this key.",
    "upload_expired": "Cliniko's permission to upload ran out; a new one is asked for.",
    "storage_full": "Your Cliniko account has no room for more files. Remove files there or choose another plan; "
    "it is tried again every hour.",
    "patient_not_visible": "Cliniko no longer shows this patient to the API key: deleted there, or the key is of "
    "another clinic. Download the PDF, or try again when the patient is visible.",
    "patient_changed": "The client is linked to another Cliniko patient since this was assigned. "
    "Check that it is the right person, then assign the program again.",
    "removed": "The file was in the patient's Files and is no longer there. Download the PDF if it is still needed.",
    "altered": "The file in Cliniko is not the one that was sent: its name, size or type differs. Look at it in the "
    "patient's Files; if it is damaged, archive it there, download the PDF here and add it by hand.",
    "refused_once": "Cliniko did not take the file.",
    "refused": "Cliniko refused the file. Download the PDF and add it in Cliniko by hand.",
    "gave_up": "It was tried for three days without success. Try again, or download the PDF and add it in "
    "Cliniko by hand.",
    "stuck": "Cliniko has the file but has not finished processing it for a day. Look in the patient's Files.",
    "processing": "Cliniko was still processing the file.",
    "duplicate": "The file was in the patient's Files twice. The second one was archived in Cliniko.",
    "broken_off": "It was broken off on our side and taken up again.",
    "trouble": "Something unexpected went wrong on our side.",
}

know_words(REASONS)
