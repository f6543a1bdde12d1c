// PURE. Romanian texts of all problem codes and field faults. `{name}` is replaced by the problem's parameter.
import type { Words } from './en.ts'

export const ro: Words = {
  problems: {
    invalid_request: [
      'Cererea nu este validă',
      'Erori în cerere: {count}; fiecare este indicată cu locul ei. Nu s-a modificat nimic.',
    ],
    malformed_http: ['Nu este o cerere HTTP', 'Ce s-a trimis nu este o cerere HTTP/1.1.'],
    head_too_large: ['Anteturi prea mari', 'Adresa și anteturile împreună sunt prea mari.'],
    invalid_json: [
      'Conținutul nu este JSON',
      'Conținutul nu a putut fi citit ca JSON. Verificați ghilimelele, virgulele și codificarea (UTF-8).',
    ],
    unauthenticated: [
      'Autentificare necesară',
      'Trimiteți o cheie API validă ca "Authorization: Bearer …". Cheia poate fi necunoscută, revocată sau expirată.',
    ],
    forbidden: ['Nu este permis', 'Această cheie nu poate face asta; este necesară permisiunea „{scope}”.'],
    not_found: ['Nu s-a găsit', 'Elementul căutat ({what}) nu există aici.'],
    body_too_large: ['Conținut prea mare', 'Dimensiunea maximă a conținutului, în octeți: {limit}.'],
    unsupported_media_type: ['Format neacceptat', 'Trimiteți conținutul ca application/json.'],
    precondition_required: [
      'Lipsește If-Match',
      'Trimiteți în If-Match ultimul ETag citit, ca să nu se piardă modificarea altcuiva.',
    ],
    precondition_failed: [
      'Modificat între timp',
      'Cineva a făcut o modificare după ce ați citit (acum este versiunea {version}). Recitiți și repetați modificarea.',
    ],
    idempotency_key_reused: [
      'Idempotency-Key deja folosită',
      'Această Idempotency-Key a fost folosită la altă cerere. Folosiți o cheie nouă pentru o cerere nouă.',
    ],
    idempotency_key_invalid: [
      'Idempotency-Key nu este validă',
      'Folosiți între 8 și 255 de caractere ASCII vizibile, de exemplu un UUID.',
    ],
    invalid_cursor: ['Cursorul nu este valid', 'Folosiți cursorul exact așa cum l-a returnat pagina anterioară.'],
    internal_error: [
      'Ceva nu a mers bine',
      'Eroarea este a noastră și a fost înregistrată cu identificatorul cererii. Încercați din nou mai târziu.',
    ],
    sign_in_busy: ['Se autentifică mulți în acest moment', 'Încercați din nou peste câteva secunde.'],
    secret_unreadable: [
      'Un secret nu poate fi deschis',
      'A fost sigilat cu cheia {key}, pe care acest proces nu o are. Operatorul sistemului o adaugă în AGENDA_SECRET_KEY.',
    ],
    stopping: ['Pe cale să se oprească', 'Acest proces se va opri imediat. Trimiteți cererile altuia.'],
    database_unavailable: [
      'Indisponibil pentru moment',
      'Baza de date nu poate fi accesată. Încercați din nou peste câteva secunde, cu aceeași Idempotency-Key.',
    ],
    conflict: ['Conflict', 'Modificarea contrazice datele existente. Recitiți starea actuală și încercați din nou.'],
    invalid_reference: ['Referință necunoscută', 'Nu există un element activ ({what}) cu identificatorul {id}.'],
    invalid_recurrence: [
      'Regula de recurență nu este validă',
      'Partea {part} a regulii nu poate fi folosită. Sunt permise: FREQ=DAILY|WEEKLY|MONTHLY|YEARLY cu ' +
        'INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, UNTIL, COUNT, WKST.',
    ],
    number_not_called: [
      'Acest număr nu se apelează',
      'Sunăm doar la numere obișnuite din țările acestei campanii, niciodată la numere cu suprataxă, cu cost partajat sau prin satelit.',
    ],
    too_many_streams: [
      'Prea multe fluxuri deschise',
      'Închideți unul dintre cele deschise sau citiți împreună din unul singur: fiecare flux aduce toate modificările.',
    ],
    recurrence_never_falls: ['Regula nu are nicio dată', 'Regula de recurență nu are nicio dată între {from} și {to}.'],
    date_too_far: ['Dată prea îndepărtată', 'Alegeți o dată între {from} și {to}.'],
    invalid_window: [
      'Intervalul orar nu este valid',
      'Intervalul {from}–{to} se suprapune cu altul sau o pauză este în afara intervalului ei.',
    ],
    invalid_period: ['Perioada nu este validă', 'Sfârșitul trebuie să fie după început, ambele la minut întreg.'],
    external_id_taken: ['Identificator extern deja folosit', 'Alt element are acest identificator extern.'],
    slug_taken: ['Nume scurt deja folosit', 'Altă instituție are numele scurt „{slug}”.'],
    schedule_overlap: ['Programe suprapuse', 'Altă versiune a acestui program este valabilă în acea perioadă.'],
    contact_exists: [
      'Contactul există deja',
      'Există deja un contact cu același nume și cu aceeași adresă de e-mail sau același telefon.',
    ],
    still_in_use: [
      'Încă în uz',
      'Programări viitoare care depind de acest element: {count}. Mai întâi mutați-le sau anulați-le.',
    ],
    archived: ['Arhivat', 'Acest element este arhivat și nu poate fi modificat.'],
    managed_by_pool: ['Gestionat de grup', 'Ghișeele se modifică din grupul lor.'],
    invalid_service_rules: ['Regulile serviciului se contrazic', 'Regula {rule} contrazice altă regulă.'],
    unknown_holidays: ['Țară sau regiune necunoscută', 'Nu se cunosc sărbători legale pentru {country} {region}.'],
    invalid_phone: [
      'Numărul de telefon nu este valid',
      '{phone} nu este un număr de telefon posibil. Scrieți-l cu prefixul țării sau indicați țara.',
    ],
    range_too_long: ['Perioadă prea lungă', 'Cereți cel mult 92 de zile, cu sfârșitul nu mai devreme de început.'],
    services_not_combinable: [
      'Serviciile nu pot fi combinate',
      'Pentru aceste servicii nu se poate face programare într-o singură vizită. Programați-le pe rând.',
    ],
    service_unavailable: ['Serviciu indisponibil', 'Serviciul {service} nu se mai oferă.'],
    duration_not_offered: ['Durată indisponibilă', 'Serviciul nu se oferă cu durata de {minutes} min.'],
    channel_not_offered: ['Modalitate indisponibilă', 'Serviciul nu se oferă în această modalitate.'],
    agent_not_qualified: [
      'Operatorul nu oferă serviciul',
      'Operatorul ales nu oferă acest serviciu. Alegeți alt operator sau lăsați alegerea liberă.',
    ],
    agent_elsewhere: [
      'Operatorul lucrează la alt sediu',
      'Operatorul ales nu lucrează la acest sediu. Alegeți alt sediu sau alt operator.',
    ],
    outside_schedule: ['În afara programului', 'La acea oră nu lucrează nimeni. Alegeți una dintre orele propuse.'],
    outside_location_hours: ['Sediu închis', 'La acea oră sediul este închis. Alegeți una dintre orele propuse.'],
    holiday: ['Sărbătoare legală', 'În acea zi este sărbătoare legală. Alegeți altă zi.'],
    closure: ['Închis', 'Sediul este închis în acea perioadă. Alegeți altă zi sau alt sediu.'],
    absence: ['Operator absent', 'Operatorul este absent la acea oră. Alegeți altă oră sau alt operator.'],
    does_not_fit: ['Prea puțin timp', 'Vizita nu încape până la închidere. Alegeți o oră mai devreme.'],
    not_on_grid: ['Oră care nu este propusă', 'Programările nu încep la acel minut. Alegeți una dintre orele propuse.'],
    too_soon: ['Prea devreme', 'Ora este prea apropiată sau a trecut deja. Alegeți o oră mai târzie.'],
    too_late_for_next_day: [
      'Prea târziu pentru mâine',
      'Astăzi nu se mai pot face programări pentru mâine. Alegeți o zi mai târzie.',
    ],
    beyond_horizon: [
      'Prea departe în timp',
      'Pentru această dată nu se pot face încă programări. Alegeți o dată mai apropiată.',
    ],
    reserved_for_staff: [
      'Rezervat biroului',
      'Acea oră se acordă numai de către birou. Alegeți altă oră sau sunați la birou.',
    ],
    day_limit_reached: ['Zi complet ocupată', 'Numărul de programări pentru acea zi a fost atins. Alegeți altă zi.'],
    week_limit_reached: [
      'Săptămână complet ocupată',
      'Numărul de programări pentru acea săptămână a fost atins. Alegeți altă săptămână.',
    ],
    slot_taken: ['Oră tocmai ocupată', 'Altcineva a luat această oră. Alegeți alta.'],
    slot_held: [
      'Oră în curs de rezervare',
      'Cineva tocmai își face programarea la această oră. Alegeți alta sau încercați din nou peste câteva minute.',
    ],
    recently_released: [
      'Încă nu este din nou liberă',
      'Această oră s-a eliberat de curând și se redeschide în scurt timp. Alegeți alta.',
    ],
    seats_exhausted: ['Nu mai sunt locuri', 'Nu mai sunt destule locuri. Alegeți altă oră.'],
    no_agent_free: ['Nimeni disponibil', 'Niciun operator nu este liber la acea oră. Alegeți alta.'],
    contact_limit_reached: [
      'Prea multe programări',
      'Această persoană a atins numărul de programări permise în acea perioadă.',
    ],
    hold_expired: [
      'Rezervarea provizorie a expirat',
      'Ora v-a fost păstrată, dar timpul a expirat. Alegeți din nou o oră; nu s-a pierdut nimic altceva.',
    ],
    hold_mismatch: [
      'Diferă de rezervarea provizorie',
      'Rezervarea provizorie este pentru alt serviciu, altă oră sau alt loc. La confirmare, omiteți acele câmpuri.',
    ],
    contact_required: ['Lipsește contactul', 'Indicați pentru cine este programarea: contactId sau contact.'],
    answer_required: ['Lipsește răspunsul', 'Trebuie să răspundeți la întrebarea „{label}”.'],
    answer_invalid: ['Răspunsul nu este valid', 'Răspunsul la „{label}” nu este valid.'],
    answer_unknown: ['Întrebare necunoscută', 'Serviciul nu întreabă „{id}”.'],
    too_late_to_cancel: [
      'Prea târziu pentru a anula',
      'Se poate anula cu cel puțin {minutes} min. înainte. Vă rugăm să contactați biroul.',
    ],
    too_late_to_move: [
      'Prea târziu pentru a muta',
      'Se poate muta cu cel puțin {minutes} min. înainte. Vă rugăm să contactați biroul.',
    ],
    reason_required: ['Motiv necesar', 'O excepție de la reguli are nevoie de un motiv, care se înregistrează.'],
    staff_only: ['Numai pentru personal', 'Numai personalul poate face asta.'],
    invalid_transition: ['Imposibil în această stare', 'Starea este {status}; aceasta nu permite „{action}”.'],
    not_started_yet: ['Încă nu a început', 'Rezultatul se poate înregistra după ce începe programarea.'],
    undo_over: [
      'Prea târziu pentru a reveni',
      'Se poate reveni timp de zece minute, dacă între timp nu s-a întâmplat nimic altceva.',
    ],
    too_many_rivals: [
      'Foarte aglomerat',
      'Mulți își fac programări în același timp. Încercați din nou peste câteva clipe.',
    ],
    illegible_theme: [
      'Culori care nu se pot citi',
      '{text} pe {background} are un contrast de {ratio}:1; este nevoie de cel puțin {least}:1 (WCAG 2.2 AA).',
    ],
    proof_needed: [
      'Vă rugăm să adăugați o adresă de e-mail',
      'Multe programări din această zi nu sunt confirmate. Locurile rămase sunt pentru cei care confirmă ' +
        'prin e-mail: adăugați adresa dumneavoastră și deschideți linkul pe care vi-l trimitem. Sau sunați la birou.',
    ],
    day_crowded: [
      'Această zi este foarte căutată acum',
      'Alegeți altă zi sau încercați din nou peste câteva minute: orele neconfirmate se eliberează.',
    ],
    work_needed: [
      'Încă o clipă',
      'Este aglomerație, iar browserul dumneavoastră dovedește că nu sunteți un program. Durează câteva ' +
        'secunde: apoi apăsați din nou. Ora dumneavoastră rămâne aleasă.',
    ],
    too_many_open: [
      'Prea multe programări active',
      'Programări active deja pentru această adresă de e-mail sau acest număr: {max}. Anulați una de care nu ' +
        'mai aveți nevoie sau contactați biroul.',
    ],
    too_many_requests: [
      'Prea multe cereri',
      'Au venit prea multe cereri în scurt timp: cu această cheie, de la dumneavoastră sau din rețeaua ' +
        'dumneavoastră. Încercați din nou peste {minutes} min.',
    ],
    booking_closed: [
      'Programările online sunt închise',
      'Momentan nu se pot face aici programări online. Contactați biroul.',
    ],
    draft_gone: [
      'Această programare nu mai este deschisă',
      'A fost lăsată prea mult timp sau a început în alt browser. Luați-o de la capăt; nu s-a făcut nicio programare.',
    ],
    access_over: [
      'Accesul dumneavoastră s-a încheiat',
      'Este valabil două ore. Cereți un cod nou pentru a deschide programările.',
    ],
    link_invalid: [
      'Acest link nu funcționează',
      'Este incomplet sau a fost înlocuit de unul mai nou. Căutați programarea cu codul ei.',
    ],
    changed_elsewhere: [
      'Modificată în altă fereastră',
      'Această programare a fost modificată în altă fereastră. Verificați-o mai jos și continuați.',
    ],
    cross_site: [
      'Trimis de pe alt site',
      'Pentru siguranța dumneavoastră, acceptăm formulare numai din paginile noastre. Deschideți pagina aici și trimiteți din nou.',
    ],
    already_extended: [
      'Deja prelungit',
      'Timpul se poate prelungi o singură dată. Încheiați acum sau alegeți din nou o oră mai târziu; ce ați scris se păstrează.',
    ],
    appointment_not_matched: [
      'Nicio programare nu corespunde',
      'Nicio programare nu corespunde acestui cod împreună cu această adresă de e-mail sau acest număr de telefon. ' +
        'Verificați-le pe amândouă.',
    ],
    activation_expired: [
      'Timpul pentru confirmare a trecut',
      'Programarea nu a fost confirmată la timp și ora s-a eliberat. Alegeți din nou o oră; ce ați scris se păstrează.',
    ],
    email_needed: ['Este nevoie de o adresă de e-mail', 'Scrieți o adresă de e-mail: acolo trimitem confirmarea.'],
    template_syntax: ['Șablonul nu poate fi citit', 'Textul nu este un șablon valid: {detail}'],
    template_variable: ['Variabilă necunoscută', 'Mesajele de acest tip nu au variabila {detail}.'],
    unreadable_message: ['Mesajul nu poate fi citit', 'Mesajul nu a putut fi citit: {reason}'],
    address_not_allowed: [
      'Adresă nepermisă',
      'Această adresă nu poate fi folosită ({reason}). Este nevoie de o adresă https din afara rețelelor private.',
    ],
    not_for_test_tenants: [
      'Nu pentru instituții de test',
      'O instituție de test nu poate avea instituții de test. Folosiți o cheie a instituției care a creat-o.',
    ],
    not_in_test_mode: [
      'Doar în modul de test',
      'Acest lucru este posibil doar într-o instituție de test, ale cărei chei încep cu „agt.”.',
    ],
    clock_moving: ['Ceasul se mută acum', 'Un alt apel mută ceasul acestei instituții. Așteptați răspunsul lui.'],
    clock_backwards: ['Ceasul nu se dă înapoi', 'Ceasul arată {now}. Alegeți acest moment sau unul ulterior.'],
    limit_reached: ['Limită atinsă', 'Există deja {max}; mai mult nu se poate.'],
    offer_over: [
      'Oferta a expirat',
      'Această oră nu vă mai este păstrată. Programarea dumneavoastră, dacă aveți una, a rămas cum era.',
    ],
    unreadable_calendar: ['Calendarul nu poate fi citit', 'Calendarul nu a putut fi citit: {reason}'],
    script_in_use: [
      'Scenariu în uz',
      'Campanii, servicii sau apeluri primite folosesc acest scenariu ({count}). Dați-le mai întâi alt scenariu.',
    ],
    campaign_in_use: [
      'Apeluri promise în așteptare',
      'Apeluri promise încă deschise în această campanie: {open}. Lăsați-le să se încheie sau anulați-le înainte de a o arhiva.',
    ],
    window_full: [
      'Acest interval este plin',
      'Toate apelurile din acel interval sunt deja promise. Alegeți unul dintre cele mai apropiate intervale.',
    ],
    agent_not_free: [
      'Operatorul nu este liber atunci',
      'Operatorul lipsește sau are altceva la acea oră. Alegeți altă oră sau lăsați pe oricine să sune.',
    ],
    script_faults: ['Scenariul nu poate fi publicat', 'Erori în scenariu: {count}; fiecare este indicată cu pasul ei.'],
    script_not_published: ['Niciun scenariu', 'Scenariul nu a fost încă publicat sau duce la unul nepublicat.'],
    conversation_over: ['Conversația s-a încheiat', 'Reveniți la unul dintre pașii ei pentru a schimba un răspuns.'],
    conversation_moved_on: [
      'Conversația a mers mai departe',
      'Acum este deschis alt pas. Citiți-l, apoi răspundeți la acela.',
    ],
    answer_out_of_range: ['Răspuns în afara limitelor', 'Răspunsul la „{label}” trebuie să fie între {min} și {max}.'],
    no_address: ['Nu avem unde scrie', 'Această persoană nu are {channel} la care să ajungă un mesaj.'],
    window_closed: [
      'La această oră nu sună nimeni',
      'Atunci nimeni nu poate sau nu are voie să sune. Alegeți unul dintre cele mai apropiate intervale.',
    ],
    do_not_call: ['Acest număr nu se apelează', 'Numărul este pe lista celor care nu vor să fie sunați.'],
    too_many_callbacks: [
      'Prea multe cereri pentru acest număr',
      'Apeluri cerute deja pentru acest număr într-o singură zi: {max}. Încercați din nou mâine.',
    ],
    campaign_full: [
      'Momentan nu se mai pot cere apeluri',
      'Apeluri deja în așteptare: {max}. Încercați din nou mai târziu.',
    ],
    sign_in_refused: ['Autentificare nereușită', 'Adresa de e-mail sau parola nu este corectă.'],
    sign_in_paused: [
      'Prea multe încercări',
      'După multe încercări, autentificarea este suspendată pentru câteva minute. Așteptați puțin sau cereți o ' +
        'parolă nouă prin e-mail: funcționează imediat.',
    ],
    code_refused: [
      'Codul nu este corect',
      'Codul nu este corect sau a fost deja folosit. Scrieți codul pe care aplicația îl arată acum.',
    ],
    passkey_refused: [
      'Cheie de acces neacceptată',
      'Cheia de acces nu a putut fi verificată sau cererea era prea veche. Încercați încă o dată sau folosiți parola.',
    ],
    sign_in_again: [
      'Autentificați-vă din nou',
      'V-ați autentificat acum mai mult de cinci minute. Ieșiți din cont, intrați din nou, apoi schimbați al doilea factor.',
    ],
    not_oneself: [
      'Nu aici pentru dumneavoastră',
      'Parola și al doilea factor proprii se schimbă pe pagina contului dumneavoastră.',
    ],
    second_factor_needed: [
      'Este nevoie de al doilea factor',
      'Rolul dumneavoastră cere un al doilea factor. Configurați-l mai întâi în cont.',
    ],
    email_taken: ['Adresă deja folosită', 'Cineva se autentifică deja cu această adresă de e-mail.'],
    last_administrator: [
      'Ultimul administrator',
      'Trebuie să rămână cineva care administrează. Numiți mai întâi alt administrator.',
    ],
    password_short: ['Parolă prea scurtă', 'Folosiți cel puțin 10 caractere; mai multe cuvinte se țin minte ușor.'],
    password_weak: [
      'Parolă prea ușoară',
      'Această parolă este ușor de ghicit. Mai multe cuvinte fără legătură între ele fac una mai bună.',
    ],
    password_breached: [
      'Parolă cunoscută',
      'Această parolă se află pe liste folosite pentru spargerea conturilor. Alegeți alta.',
    ],
    outside_reach: [
      'În afara ariei dumneavoastră',
      'Puteți face asta numai pentru sediile și operatorii dumneavoastră.',
    ],
    provider_failed: [
      'Serviciul de autentificare',
      'Serviciul de autentificare al instituției nu a răspuns cum trebuia ({reason}). Încercați din nou sau folosiți parola.',
    ],
    provider_unproven: [
      'Identitate nedovedită',
      'Serviciul de autentificare nu a transmis nici codul fiscal, nici o adresă de e-mail verificată. Intrați cu un cod.',
    ],
    wallet_keys_unfit: [
      'Chei nepotrivite',
      'Cu aceste chei nu se poate semna niciun bilet. Verificați certificatul și cheia.',
    ],
    provider_unknown_person: [
      'Fără acces',
      'Serviciul de autentificare vă cunoaște, dar aici nu aveți cont. Rugați un administrator să vă invite.',
    ],
    not_mergeable: ['Nu se pot uni', 'Alegeți două persoane diferite.'],
    folder_in_use: [
      'Dosar de date în uz',
      'Dosarul de date {folder} este folosit de procesul {owner}. Opriți acel proces, alegeți alt dosar cu ' +
        '--data sau setați DATABASE_URL.',
    ],
    database_too_old: [
      'PostgreSQL prea vechi',
      'Este nevoie de PostgreSQL 15 sau mai nou; acest server are versiunea {version}.',
    ],
    database_not_empty: [
      'Baza de date nu este goală',
      'Baza de date de destinație conține deja date; restaurați într-una goală.',
    ],
    invalid_setting: ['Setarea nu este validă', 'Setarea {name} nu este validă: {expected}.'],
  },
  faults: {
    missing: 'Câmp obligatoriu.',
    unknown_field: 'Acest câmp nu este cunoscut aici.',
    wrong_type: 'Trebuie să fie de tipul {limit}.',
    give_one: 'Indicați exact unul dintre {limit}.',
    wrong_format: 'Trebuie să aibă forma {limit}.',
    too_deep: 'Imbricare prea adâncă; numărul maxim de niveluri: {limit}.',
    not_allowed: 'Trebuie să fie una dintre valorile: {limit}.',
    too_short: 'Numărul minim de caractere: {limit}.',
    too_long: 'Numărul maxim de caractere: {limit}.',
    too_small: 'Trebuie să fie cel puțin {limit}.',
    too_large: 'Poate fi cel mult {limit}.',
    too_few: 'Numărul minim de elemente: {limit}.',
    too_many: 'Numărul maxim de elemente: {limit}.',
    repeated: 'Elementele nu trebuie să se repete.',
    invalid: 'Nu este valid.',
  },
}
