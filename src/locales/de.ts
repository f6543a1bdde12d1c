// PURE. German texts of all problem codes and field faults. `{name}` is replaced by the problem's parameter.
import type { Words } from './en.ts'

export const de: Words = {
  problems: {
    invalid_request: [
      'Anfrage nicht gültig',
      'Die Anfrage enthält {count} Fehler, aufgeführt mit der jeweiligen Stelle. Es wurde nichts geändert.',
    ],
    malformed_http: ['Keine HTTP-Anfrage', 'Was gesendet wurde, ist keine Anfrage nach HTTP/1.1.'],
    head_too_large: ['Header zu groß', 'Adresse und Header sind zusammen zu groß.'],
    invalid_json: [
      'Der Inhalt ist kein JSON',
      'Der Inhalt ließ sich nicht als JSON lesen. Prüfen Sie Anführungszeichen, Kommas und Kodierung (UTF-8).',
    ],
    unauthenticated: [
      'Anmeldung nötig',
      'Senden Sie einen gültigen API-Schlüssel als "Authorization: Bearer …". Er kann unbekannt, widerrufen oder abgelaufen sein.',
    ],
    forbidden: ['Nicht erlaubt', 'Dieser Schlüssel darf das nicht; nötig ist die Berechtigung „{scope}“.'],
    not_found: ['Nicht gefunden', 'Das Gesuchte gibt es hier nicht ({what}).'],
    body_too_large: ['Der Inhalt ist zu groß', 'Der Inhalt der Anfrage darf höchstens {limit} Bytes haben.'],
    unsupported_media_type: ['Format nicht unterstützt', 'Senden Sie den Inhalt als application/json.'],
    precondition_required: [
      'If-Match fehlt',
      'Senden Sie in If-Match das zuletzt gelesene ETag, damit keine Änderung anderer verloren geht.',
    ],
    precondition_failed: [
      'Inzwischen geändert',
      'Jemand hat das geändert, nachdem Sie es gelesen haben (jetzt Version {version}). Lesen Sie es neu und ' +
        'wiederholen Sie Ihre Änderung.',
    ],
    idempotency_key_reused: [
      'Idempotency-Key schon verwendet',
      'Dieser Idempotency-Key wurde für eine andere Anfrage verwendet. Nehmen Sie für eine neue Anfrage einen neuen.',
    ],
    idempotency_key_invalid: [
      'Idempotency-Key nicht gültig',
      'Verwenden Sie 8 bis 255 sichtbare ASCII-Zeichen, zum Beispiel eine UUID.',
    ],
    invalid_cursor: [
      'Cursor nicht gültig',
      'Verwenden Sie den Cursor genau so, wie ihn die vorige Seite geliefert hat.',
    ],
    internal_error: [
      'Etwas ist schiefgegangen',
      'Der Fehler liegt bei uns und ist unter der Kennung der Anfrage festgehalten. Versuchen Sie es später noch einmal.',
    ],
    sign_in_busy: ['Gerade melden sich viele an', 'Versuchen Sie es in einigen Sekunden noch einmal.'],
    secret_unreadable: [
      'Ein Geheimnis lässt sich nicht öffnen',
      'Es wurde mit dem Schlüssel {key} versiegelt, den dieser Prozess nicht hat. Wer den Dienst betreibt, ergänzt ihn in ' +
        'AGENDA_SECRET_KEY.',
    ],
    stopping: ['Wird gleich beendet', 'Dieser Prozess wird gleich beendet. Anfragen gehen an einen anderen.'],
    database_unavailable: [
      'Vorübergehend nicht verfügbar',
      'Die Datenbank ist nicht erreichbar. Versuchen Sie es in einigen Sekunden mit demselben Idempotency-Key noch einmal.',
    ],
    conflict: [
      'Widerspruch',
      'Die Änderung widerspricht dem, was gespeichert ist. Lesen Sie den aktuellen Stand und versuchen Sie es noch einmal.',
    ],
    invalid_reference: ['Unbekannter Verweis', 'Es gibt keinen aktiven Eintrag ({what}) mit der Kennung {id}.'],
    invalid_recurrence: [
      'Wiederholungsregel nicht gültig',
      'Der Teil {part} der Regel ist nicht verwendbar. Erlaubt: FREQ=DAILY|WEEKLY|MONTHLY|YEARLY mit ' +
        'INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, UNTIL, COUNT, WKST.',
    ],
    number_not_called: [
      'Diese Nummer rufen wir nicht an',
      'Wir rufen nur gewöhnliche Nummern der Länder dieser Kampagne an, nie Mehrwert-, Service- oder Satellitennummern.',
    ],
    too_many_streams: [
      'Zu viele offene Streams',
      'Schließen Sie einen, oder lesen Sie gemeinsam aus einem: Jeder Stream liefert alle Änderungen.',
    ],
    recurrence_never_falls: [
      'Die Regel ergibt kein Datum',
      'Die Wiederholungsregel ergibt kein Datum zwischen {from} und {to}.',
    ],
    date_too_far: ['Datum zu weit entfernt', 'Wählen Sie ein Datum zwischen {from} und {to}.'],
    invalid_window: [
      'Zeitfenster nicht gültig',
      'Das Zeitfenster {from}–{to} überschneidet sich mit einem anderen, oder eine Pause liegt außerhalb.',
    ],
    invalid_period: ['Zeitraum nicht gültig', 'Das Ende muss nach dem Beginn liegen, beide auf volle Minuten.'],
    external_id_taken: ['Externe Kennung schon vergeben', 'Ein anderer Eintrag hat diese externe Kennung.'],
    slug_taken: ['Kurzname schon vergeben', 'Eine andere Organisation hat den Kurznamen „{slug}“.'],
    schedule_overlap: ['Zeitpläne überschneiden sich', 'In diesem Zeitraum gilt eine andere Fassung dieses Zeitplans.'],
    contact_exists: [
      'Kontakt schon vorhanden',
      'Es gibt schon einen Kontakt mit demselben Namen und derselben E-Mail-Adresse oder Telefonnummer.',
    ],
    still_in_use: [
      'Noch in Gebrauch',
      'Davon hängen künftige Termine ab ({count}). Verschieben Sie diese zuerst, oder sagen Sie sie ab.',
    ],
    archived: ['Archiviert', 'Dieser Eintrag ist archiviert und lässt sich nicht ändern.'],
    managed_by_pool: ['Von der Gruppe verwaltet', 'Schalter werden über ihre Gruppe geändert.'],
    invalid_service_rules: [
      'Regeln der Dienstleistung widersprechen sich',
      'Die Regel {rule} widerspricht einer anderen.',
    ],
    unknown_holidays: ['Land oder Region unbekannt', 'Für {country} {region} sind keine Feiertage bekannt.'],
    invalid_phone: [
      'Telefonnummer nicht gültig',
      '{phone} ist keine mögliche Telefonnummer. Schreiben Sie sie mit Ländervorwahl, oder geben Sie das Land an.',
    ],
    range_too_long: ['Zeitraum zu lang', 'Fragen Sie höchstens 92 Tage ab; das Ende darf nicht vor dem Beginn liegen.'],
    services_not_combinable: [
      'Dienstleistungen nicht kombinierbar',
      'Diese Dienstleistungen lassen sich nicht in einem Besuch buchen. Buchen Sie sie bitte einzeln.',
    ],
    service_unavailable: ['Dienstleistung nicht verfügbar', 'Die Dienstleistung {service} wird nicht mehr angeboten.'],
    duration_not_offered: [
      'Dauer nicht angeboten',
      'Die Dienstleistung wird nicht mit einer Dauer von {minutes} Minuten angeboten.',
    ],
    channel_not_offered: ['Auf diesem Weg nicht angeboten', 'Die Dienstleistung wird auf diesem Weg nicht angeboten.'],
    agent_not_qualified: [
      'Bei dieser Person nicht möglich',
      'Die gewählte Person bietet diese Dienstleistung nicht an. Wählen Sie eine andere, oder lassen Sie die Wahl offen.',
    ],
    agent_elsewhere: [
      'An einem anderen Standort',
      'Die gewählte Person arbeitet nicht an diesem Standort. Wählen Sie einen anderen Standort oder eine andere Person.',
    ],
    outside_schedule: [
      'Außerhalb der Arbeitszeit',
      'Zu dieser Zeit arbeitet niemand. Wählen Sie eine der angebotenen Zeiten.',
    ],
    outside_location_hours: [
      'Standort geschlossen',
      'Der Standort ist zu dieser Zeit geschlossen. Wählen Sie eine der angebotenen Zeiten.',
    ],
    holiday: ['Feiertag', 'Dieser Tag ist ein Feiertag. Wählen Sie einen anderen Tag.'],
    closure: [
      'Geschlossen',
      'Der Standort ist dann geschlossen. Wählen Sie einen anderen Tag oder einen anderen Standort.',
    ],
    absence: [
      'Nicht im Dienst',
      'Die gewählte Person ist dann abwesend. Wählen Sie eine andere Zeit oder eine andere Person.',
    ],
    does_not_fit: [
      'Zu wenig Zeit',
      'Der Besuch passt nicht mehr vor das Ende der Öffnungszeit. Wählen Sie eine frühere Zeit.',
    ],
    not_on_grid: [
      'Zeit nicht angeboten',
      'Zu dieser Minute beginnen keine Termine. Wählen Sie eine der angebotenen Zeiten.',
    ],
    too_soon: ['Zu kurzfristig', 'Die Zeit ist zu nah oder schon vorbei. Wählen Sie eine spätere.'],
    too_late_for_next_day: [
      'Zu spät für morgen',
      'Termine für morgen lassen sich heute nicht mehr buchen. Wählen Sie einen späteren Tag.',
    ],
    beyond_horizon: ['Zu weit im Voraus', 'Dieses Datum ist noch nicht buchbar. Wählen Sie ein früheres.'],
    reserved_for_staff: [
      'Dem Amt vorbehalten',
      'Diese Zeit vergibt nur das Amt selbst. Wählen Sie eine andere, oder rufen Sie das Amt an.',
    ],
    day_limit_reached: [
      'An diesem Tag ausgebucht',
      'Die Zahl der Termine für diesen Tag ist erreicht. Wählen Sie einen anderen Tag.',
    ],
    week_limit_reached: [
      'In dieser Woche ausgebucht',
      'Die Zahl der Termine für diese Woche ist erreicht. Wählen Sie eine andere Woche.',
    ],
    slot_taken: ['Zeit gerade vergeben', 'Diese Zeit hat jetzt jemand anders. Wählen Sie eine andere.'],
    slot_held: [
      'Zeit wird gerade gebucht',
      'Jemand bucht diese Zeit gerade. Wählen Sie eine andere, oder versuchen Sie es in einigen Minuten noch einmal.',
    ],
    recently_released: [
      'Noch nicht wieder frei',
      'Diese Zeit wurde eben erst zurückgegeben und wird bald wieder frei. Wählen Sie eine andere.',
    ],
    seats_exhausted: ['Keine Plätze mehr', 'Es sind nicht mehr genug Plätze frei. Wählen Sie eine andere Zeit.'],
    no_agent_free: ['Niemand frei', 'Zu dieser Zeit ist niemand frei. Wählen Sie eine andere.'],
    contact_limit_reached: [
      'Zu viele Termine',
      'Diese Person hat die Zahl der Termine erreicht, die in diesem Zeitraum erlaubt ist.',
    ],
    hold_expired: [
      'Reservierung abgelaufen',
      'Die Zeit war für Sie reserviert, doch die Frist ist abgelaufen. Wählen Sie neu; sonst ist nichts verloren.',
    ],
    hold_mismatch: [
      'Weicht von der Reservierung ab',
      'Die Reservierung gilt für eine andere Dienstleistung, eine andere Zeit oder einen anderen Ort. Lassen Sie diese ' +
        'Felder beim Bestätigen weg.',
    ],
    contact_required: ['Kontakt fehlt', 'Geben Sie an, für wen der Termin ist: contactId oder contact.'],
    answer_required: ['Antwort fehlt', 'Die Frage „{label}“ muss beantwortet werden.'],
    answer_invalid: ['Antwort nicht gültig', 'Die Antwort auf „{label}“ ist nicht gültig.'],
    answer_unknown: ['Unbekannte Frage', 'Bei dieser Dienstleistung wird nicht nach „{id}“ gefragt.'],
    too_late_to_cancel: [
      'Zu spät zum Absagen',
      'Absagen ist bis {minutes} Minuten vorher möglich. Bitte wenden Sie sich an das Amt.',
    ],
    too_late_to_move: [
      'Zu spät zum Verschieben',
      'Verschieben ist bis {minutes} Minuten vorher möglich. Bitte wenden Sie sich an das Amt.',
    ],
    reason_required: ['Grund nötig', 'Eine Ausnahme von den Regeln braucht einen Grund; er wird festgehalten.'],
    staff_only: ['Nur für das Personal', 'Das darf nur das Personal.'],
    invalid_transition: ['In diesem Stand nicht möglich', 'Der Stand ist {status}; das lässt „{action}“ nicht zu.'],
    not_started_yet: ['Noch nicht begonnen', 'Ein Ergebnis lässt sich eintragen, sobald der Termin begonnen hat.'],
    undo_over: [
      'Zu spät zum Zurücknehmen',
      'Das lässt sich zehn Minuten lang zurücknehmen, solange seither nichts anderes geschehen ist.',
    ],
    too_many_rivals: ['Großer Andrang', 'Gerade buchen viele zugleich. Versuchen Sie es gleich noch einmal.'],
    illegible_theme: [
      'Farben nicht lesbar',
      '{text} auf {background} hat einen Kontrast von {ratio}:1; nötig ist mindestens {least}:1 (WCAG 2.2 AA).',
    ],
    proof_needed: [
      'Bitte geben Sie eine E-Mail-Adresse an',
      'Viele Buchungen dieses Tages sind nicht bestätigt. Die restlichen Plätze bekommt, wer per E-Mail ' +
        'bestätigt: Geben Sie Ihre Adresse an, und öffnen Sie den Link, den wir Ihnen senden. Oder rufen Sie ' +
        'das Amt an.',
    ],
    day_crowded: [
      'Dieser Tag ist gerade sehr gefragt',
      'Wählen Sie einen anderen Tag, oder versuchen Sie es in einigen Minuten noch einmal: Nicht bestätigte ' +
        'Zeiten werden wieder frei.',
    ],
    work_needed: [
      'Einen Moment noch',
      'Der Andrang ist gerade groß, und Ihr Browser weist nach, dass Sie kein Programm sind. Das dauert ' +
        'einige Sekunden: Drücken Sie dann noch einmal. Ihre Zeit ist weiter gewählt.',
    ],
    too_many_open: [
      'Zu viele offene Termine',
      'Für diese E-Mail-Adresse oder Nummer gibt es schon {max} offene Termine. Sagen Sie ab, was Sie nicht ' +
        'brauchen, oder wenden Sie sich an das Amt.',
    ],
    too_many_requests: [
      'Zu viele Anfragen',
      'In kurzer Zeit kamen zu viele Anfragen: mit diesem Schlüssel, von Ihnen oder aus Ihrem Netz. Versuchen ' +
        'Sie es in {minutes} Min. noch einmal.',
    ],
    booking_closed: [
      'Online-Buchung geschlossen',
      'Termine lassen sich hier zurzeit nicht online buchen. Bitte wenden Sie sich an das Amt.',
    ],
    draft_gone: [
      'Diese Buchung ist nicht mehr offen',
      'Sie blieb zu lange liegen, oder sie wurde in einem anderen Browser begonnen. Fangen Sie neu an; es wurde ' +
        'kein Termin gebucht.',
    ],
    access_over: [
      'Ihr Zugang ist beendet',
      'Er gilt zwei Stunden. Fordern Sie einen neuen Code an, um Ihre Termine zu öffnen.',
    ],
    link_invalid: [
      'Dieser Link funktioniert nicht',
      'Er ist unvollständig, oder ein neuerer hat ihn ersetzt. Suchen Sie den Termin stattdessen mit seinem Code.',
    ],
    changed_elsewhere: [
      'In einem anderen Fenster geändert',
      'Diese Buchung wurde in einem anderen Fenster geändert. Prüfen Sie sie hier unten, und machen Sie weiter.',
    ],
    cross_site: [
      'Von einer anderen Website gesendet',
      'Zu Ihrer Sicherheit nehmen wir Formulare nur von unseren eigenen Seiten an. Öffnen Sie die Seite hier, und ' +
        'senden Sie sie noch einmal.',
    ],
    already_extended: [
      'Schon verlängert',
      'Die Zeit lässt sich einmal verlängern. Schließen Sie jetzt ab, oder wählen Sie später neu; was Sie ' +
        'geschrieben haben, bleibt erhalten.',
    ],
    appointment_not_matched: [
      'Kein passender Termin',
      'Zu diesem Code und dieser E-Mail-Adresse oder Telefonnummer gibt es keinen Termin. Bitte prüfen Sie beides.',
    ],
    activation_expired: [
      'Die Zeit zum Bestätigen ist vorbei',
      'Der Termin wurde nicht rechtzeitig bestätigt und ist wieder frei. Wählen Sie neu; was Sie geschrieben ' +
        'haben, bleibt erhalten.',
    ],
    email_needed: ['Eine E-Mail-Adresse ist nötig', 'Geben Sie eine E-Mail-Adresse an: Dorthin geht die Bestätigung.'],
    template_syntax: ['Vorlage nicht lesbar', 'Der Text ist keine gültige Vorlage: {detail}'],
    template_variable: ['Unbekannte Variable', 'Nachrichten dieser Art haben keine Variable {detail}.'],
    unreadable_message: ['Nachricht nicht lesbar', 'Die Nachricht ließ sich nicht lesen: {reason}'],
    address_not_allowed: [
      'Adresse nicht erlaubt',
      'Diese Adresse ist nicht verwendbar ({reason}). Nötig ist eine https-Adresse außerhalb privater Netze.',
    ],
    not_for_test_tenants: [
      'Nicht für Test-Organisationen',
      'Eine Test-Organisation kann keine Test-Organisationen haben. Nehmen Sie einen Schlüssel der Organisation, die sie angelegt hat.',
    ],
    not_in_test_mode: [
      'Nur im Testbetrieb',
      'Das geht nur in einer Test-Organisation, deren Schlüssel mit „agt.“ beginnen.',
    ],
    clock_moving: [
      'Die Uhr wird gerade verstellt',
      'Ein anderer Aufruf stellt gerade die Uhr dieser Organisation. Warten Sie auf seine Antwort.',
    ],
    clock_backwards: [
      'Uhren gehen nicht zurück',
      'Die Uhr steht auf {now}. Wählen Sie diesen Zeitpunkt oder einen späteren.',
    ],
    limit_reached: ['Höchstzahl erreicht', 'Es gibt schon {max}; mehr sind nicht möglich.'],
    offer_over: [
      'Angebot abgelaufen',
      'Diese Zeit ist nicht mehr für Sie reserviert. Ihr Termin, falls Sie einen haben, ist unverändert.',
    ],
    unreadable_calendar: ['Kalender nicht lesbar', 'Der Kalender ließ sich nicht lesen: {reason}'],
    script_in_use: [
      'Leitfaden in Gebrauch',
      'Kampagnen, Dienstleistungen oder eingehende Anrufe nutzen diesen Leitfaden ({count}). Geben Sie ihnen ' +
        'zuerst einen anderen.',
    ],
    campaign_in_use: [
      'Rückrufe warten noch',
      'Diese Kampagne hat {open} offene Rückrufe. Warten Sie, bis sie erledigt sind, oder sagen Sie sie ab, bevor ' +
        'Sie die Kampagne archivieren.',
    ],
    window_full: [
      'Diese Zeit ist voll',
      'Alle Rückrufe dieser Zeit sind vergeben. Wählen Sie eines der nächsten Zeitfenster.',
    ],
    agent_not_free: [
      'Diese Person ist dann nicht frei',
      'Sie ist abwesend oder hat zu dieser Zeit etwas anderes. Wählen Sie eine andere Zeit, oder lassen Sie offen, wer anruft.',
    ],
    script_faults: [
      'Der Leitfaden lässt sich nicht veröffentlichen',
      'Er enthält {count} Fehler, aufgeführt mit dem jeweiligen Schritt.',
    ],
    script_not_published: [
      'Kein Leitfaden',
      'Der Leitfaden ist noch nicht veröffentlicht, oder er führt zu einem, der es nicht ist.',
    ],
    conversation_over: [
      'Das Gespräch ist beendet',
      'Gehen Sie zu einem seiner Schritte zurück, um eine Antwort zu ändern.',
    ],
    conversation_moved_on: [
      'Das Gespräch ist schon weiter',
      'Jetzt ist ein anderer Schritt offen. Lesen Sie ihn, und beantworten Sie diesen.',
    ],
    answer_out_of_range: [
      'Antwort außerhalb der Grenzen',
      'Die Antwort auf „{label}“ muss zwischen {min} und {max} liegen.',
    ],
    no_address: [
      'Keine Kontaktangabe',
      'Für diese Person ist nichts hinterlegt, wohin eine Nachricht per {channel} gehen könnte.',
    ],
    window_closed: [
      'Zu dieser Zeit ruft niemand an',
      'Dann darf oder kann niemand anrufen. Wählen Sie eines der nächsten Zeitfenster.',
    ],
    do_not_call: [
      'Diese Nummer rufen wir nicht an',
      'Die Nummer steht auf der Liste derer, die nicht angerufen werden möchten.',
    ],
    too_many_callbacks: [
      'Zu viele Wünsche für diese Nummer',
      'Für diese Nummer wurden an einem Tag {max} Rückrufe gewünscht. Versuchen Sie es morgen noch einmal.',
    ],
    campaign_full: [
      'Zurzeit keine weiteren Rückrufe',
      'Es sind schon {max} Rückrufe offen. Versuchen Sie es später noch einmal.',
    ],
    sign_in_refused: ['Nicht erkannt', 'Die E-Mail-Adresse oder das Passwort stimmt nicht.'],
    sign_in_paused: [
      'Zu viele Versuche',
      'Nach vielen Versuchen ist das Anmelden für einige Minuten ausgesetzt. Warten Sie ein wenig, oder fordern ' +
        'Sie per E-Mail ein neues Passwort an: Das geht sofort.',
    ],
    code_refused: [
      'Code nicht richtig',
      'Der Code stimmt nicht oder wurde schon verwendet. Geben Sie den ein, den die App jetzt zeigt.',
    ],
    passkey_refused: [
      'Passkey nicht angenommen',
      'Der Passkey ließ sich nicht prüfen, oder die Abfrage war zu alt. Versuchen Sie es noch einmal, oder ' +
        'verwenden Sie Ihr Passwort.',
    ],
    sign_in_again: [
      'Bitte neu anmelden',
      'Ihre Anmeldung liegt mehr als fünf Minuten zurück. Melden Sie sich ab und wieder an, und ändern Sie dann ' +
        'Ihren zweiten Faktor.',
    ],
    not_oneself: [
      'Nicht hier für Sie selbst',
      'Ihr eigenes Passwort und Ihren zweiten Faktor ändern Sie auf der Seite Ihres Kontos.',
    ],
    second_factor_needed: [
      'Zweiter Faktor nötig',
      'Ihre Rolle braucht einen zweiten Faktor. Richten Sie ihn zuerst in Ihrem Konto ein.',
    ],
    email_taken: ['Adresse schon in Gebrauch', 'Mit dieser E-Mail-Adresse meldet sich schon jemand an.'],
    last_administrator: [
      'Letzte Person in der Administration',
      'Jemand muss die Administration behalten. Übertragen Sie sie zuerst einer anderen Person.',
    ],
    password_short: ['Passwort zu kurz', 'Verwenden Sie mindestens 10 Zeichen; mehrere Wörter sind leicht zu merken.'],
    password_weak: [
      'Passwort zu einfach',
      'Dieses Passwort ist leicht zu erraten. Mehrere Wörter ohne Zusammenhang ergeben ein besseres.',
    ],
    password_breached: [
      'Passwort bekannt',
      'Dieses Passwort steht in Listen, die für Einbrüche benutzt werden. Wählen Sie ein anderes.',
    ],
    outside_reach: ['Außerhalb Ihres Bereichs', 'Das dürfen Sie nur für Ihre eigenen Standorte und Mitarbeitenden.'],
    provider_failed: [
      'Anmeldedienst',
      'Der Anmeldedienst der Organisation hat nicht wie erwartet geantwortet ({reason}). Versuchen Sie es noch ' +
        'einmal, oder verwenden Sie Ihr Passwort.',
    ],
    provider_unproven: [
      'Identität nicht belegt',
      'Der Anmeldedienst hat weder eine Steuernummer noch eine bestätigte E-Mail-Adresse mitgeteilt. Melden Sie sich mit einem Code an.',
    ],
    wallet_keys_unfit: [
      'Schlüssel ungeeignet',
      'Mit diesen Schlüsseln lässt sich kein Pass signieren. Prüfen Sie Zertifikat und Schlüssel.',
    ],
    provider_unknown_person: [
      'Kein Zugang',
      'Der Anmeldedienst kennt Sie, aber hier sind Sie noch nicht eingetragen. Bitten Sie die Administration um eine Einladung.',
    ],
    not_mergeable: ['Zusammenführen nicht möglich', 'Wählen Sie zwei verschiedene Personen.'],
    folder_in_use: [
      'Datenordner in Gebrauch',
      'Der Datenordner {folder} wird vom Prozess {owner} benutzt. Beenden Sie diesen Prozess, wählen Sie mit ' +
        '--data einen anderen Ordner, oder setzen Sie DATABASE_URL.',
    ],
    database_too_old: ['PostgreSQL zu alt', 'Nötig ist PostgreSQL 15 oder neuer; dieser Server hat {version}.'],
    database_not_empty: [
      'Datenbank nicht leer',
      'Die Zieldatenbank enthält schon Daten; stellen Sie in einer leeren wieder her.',
    ],
    invalid_setting: ['Einstellung nicht gültig', 'Die Einstellung {name} ist nicht gültig: {expected}.'],
  },
  faults: {
    missing: 'Dieses Feld ist nötig.',
    unknown_field: 'Dieses Feld ist hier nicht bekannt.',
    wrong_type: 'Muss vom Typ {limit} sein.',
    give_one: 'Geben Sie genau eines an: {limit}.',
    wrong_format: 'Muss die Form {limit} haben.',
    too_deep: 'Zu tief verschachtelt: höchstens {limit} Ebenen.',
    not_allowed: 'Muss eines von diesen sein: {limit}.',
    too_short: 'Muss mindestens {limit} Zeichen haben.',
    too_long: 'Darf höchstens {limit} Zeichen haben.',
    too_small: 'Muss mindestens {limit} sein.',
    too_large: 'Darf höchstens {limit} sein.',
    too_few: 'Zu wenige Einträge: mindestens {limit}.',
    too_many: 'Zu viele Einträge: höchstens {limit}.',
    repeated: 'Einträge dürfen sich nicht wiederholen.',
    invalid: 'Ist nicht gültig.',
  },
}
