// Italian texts of all problem codes and field faults. `{name}` is replaced by the problem's parameter.
import type { Words } from './en.ts'

export const it: Words = {
  problems: {
    invalid_request: [
      'Richiesta non valida',
      'La richiesta contiene {count} errore/i, elencati con la loro posizione. Nulla è stato modificato.',
    ],
    malformed_http: ['Non è una richiesta HTTP', 'Quello che è arrivato non è una richiesta HTTP/1.1.'],
    head_too_large: ['Intestazioni troppo grandi', 'L’indirizzo e le intestazioni insieme sono troppo grandi.'],
    invalid_json: [
      'Il contenuto non è JSON',
      'Il contenuto non è leggibile come JSON. Controlla virgolette, virgole e codifica (UTF-8).',
    ],
    unauthenticated: [
      'Accesso necessario',
      'Invia una chiave API valida con "Authorization: Bearer …". La chiave può essere sconosciuta, revocata o scaduta.',
    ],
    forbidden: ['Non consentito', 'Questa chiave non può farlo; serve il permesso "{scope}".'],
    not_found: ['Non trovato', 'Elemento non trovato ({what}).'],
    body_too_large: ['Contenuto troppo grande', 'Il contenuto può avere al massimo {limit} byte.'],
    unsupported_media_type: ['Formato non accettato', 'Invia il contenuto come application/json.'],
    precondition_required: [
      'Manca If-Match',
      'Invia in If-Match l’ETag letto per ultimo, così nessuna modifica altrui va persa.',
    ],
    precondition_failed: [
      'Modificato nel frattempo',
      'Qualcuno lo ha modificato dopo la tua lettura (ora versione {version}). Rileggi e ripeti la modifica.',
    ],
    idempotency_key_reused: [
      'Idempotency-Key già usata',
      'Questa Idempotency-Key è stata usata per una richiesta diversa. Usane una nuova.',
    ],
    idempotency_key_invalid: [
      'Idempotency-Key non valida',
      'Usa da 8 a 255 caratteri ASCII visibili, per esempio un UUID.',
    ],
    invalid_cursor: ['Cursore non valido', 'Usa il cursore così come restituito dalla pagina precedente.'],
    internal_error: [
      'Qualcosa è andato storto',
      'L’errore è nostro ed è stato registrato con l’identificativo della richiesta. Riprova più tardi.',
    ],
    sign_in_busy: ['In questo momento accedono in molti', 'Riprova tra qualche secondo.'],
    secret_unreadable: [
      'Un segreto non si può aprire',
      'È stato sigillato con la chiave {key}, che questo processo non ha. Il gestore la aggiunge ad AGENDA_SECRET_KEY.',
    ],
    stopping: ['In arresto', 'Questo processo sta per fermarsi. Manda le richieste a un altro.'],
    database_unavailable: [
      'Momentaneamente non disponibile',
      'La base dati non è raggiungibile. Riprova tra qualche secondo con la stessa Idempotency-Key.',
    ],
    conflict: ['Conflitto', 'La modifica contraddice i dati presenti. Rileggi lo stato attuale e riprova.'],
    invalid_reference: ['Riferimento sconosciuto', 'Non esiste un elemento attivo ({what}) con identificativo {id}.'],
    invalid_recurrence: [
      'Regola di ricorrenza non valida',
      'La parte {part} della regola non è utilizzabile. Ammessi: FREQ=DAILY|WEEKLY|MONTHLY|YEARLY con ' +
        'INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, UNTIL, COUNT, WKST.',
    ],
    number_not_called: [
      'Questo numero non viene chiamato',
      'Chiamiamo solo numeri ordinari dei paesi previsti, mai numeri a tariffa speciale, condivisa o satellitari.',
    ],
    too_many_streams: [
      'Troppi flussi aperti',
      'Chiudine uno, o leggi da uno solo in comune: ogni flusso porta tutti i cambiamenti.',
    ],
    recurrence_never_falls: ['La regola non ha date', 'La regola di ricorrenza non ha alcuna data tra {from} e {to}.'],
    date_too_far: ['Data troppo lontana', 'Scegli una data tra {from} e {to}.'],
    invalid_window: [
      'Fascia oraria non valida',
      'La fascia {from}–{to} si sovrappone a un’altra, o una pausa ne è fuori.',
    ],
    invalid_period: ['Periodo non valido', 'La fine deve seguire l’inizio, entrambi al minuto intero.'],
    external_id_taken: ['Identificativo esterno già usato', 'Un altro elemento ha questo identificativo esterno.'],
    slug_taken: ['Nome breve già usato', 'Un altro ente ha il nome breve "{slug}".'],
    schedule_overlap: ['Orari sovrapposti', 'Un’altra versione di questo orario vale in quel periodo.'],
    contact_exists: [
      'Contatto già presente',
      'Esiste già un contatto con lo stesso nome e la stessa e-mail o lo stesso telefono.',
    ],
    still_in_use: ['Ancora in uso', '{count} appuntamento/i futuri ne dipendono. Spostali o annullali prima.'],
    archived: ['Archiviato', 'L’elemento è archiviato e non può essere modificato.'],
    managed_by_pool: ['Gestito dal gruppo', 'Gli sportelli si modificano dal loro gruppo.'],
    invalid_service_rules: ['Regole del servizio in contraddizione', 'La regola {rule} ne contraddice un’altra.'],
    unknown_holidays: ['Paese o regione sconosciuti', 'Non sono note festività per {country} {region}.'],
    invalid_phone: [
      'Numero di telefono non valido',
      '{phone} non è un numero possibile. Scrivilo con il prefisso internazionale o indica il paese.',
    ],
    range_too_long: ['Periodo troppo lungo', 'Chiedi al massimo 92 giorni, con la fine non prima dell’inizio.'],
    services_not_combinable: [
      'Servizi non combinabili',
      'Questi servizi non si possono prenotare in un’unica visita. Prenotali separatamente.',
    ],
    service_unavailable: ['Servizio non disponibile', 'Il servizio {service} non è più offerto.'],
    duration_not_offered: ['Durata non offerta', 'Il servizio non è offerto con durata di {minutes} minuti.'],
    channel_not_offered: ['Modalità non offerta', 'Il servizio non è offerto in questa modalità.'],
    agent_not_qualified: [
      'L’operatore non offre il servizio',
      'L’operatore scelto non offre questo servizio. Scegline un altro o lascia libera la scelta.',
    ],
    agent_elsewhere: [
      'L’operatore è in un’altra sede',
      'L’operatore scelto non lavora in questa sede. Scegli un’altra sede o un altro operatore.',
    ],
    outside_schedule: ['Fuori orario', 'A quell’ora non c’è nessuno. Scegli uno degli orari proposti.'],
    outside_location_hours: ['Sede chiusa', 'A quell’ora la sede è chiusa. Scegli uno degli orari proposti.'],
    holiday: ['Giorno festivo', 'Quel giorno è festivo. Scegli un altro giorno.'],
    closure: ['Chiusura', 'La sede è chiusa in quel periodo. Scegli un altro giorno o un’altra sede.'],
    absence: [
      'Operatore assente',
      'L’operatore è assente in quel momento. Scegli un altro orario o un altro operatore.',
    ],
    does_not_fit: [
      'Tempo insufficiente',
      'L’appuntamento non sta entro la fine dell’apertura. Scegli un orario precedente.',
    ],
    not_on_grid: [
      'Orario non proposto',
      'Gli appuntamenti non iniziano a quel minuto. Scegli uno degli orari proposti.',
    ],
    too_soon: ['Troppo presto', 'L’orario è troppo vicino o già passato. Scegline uno successivo.'],
    too_late_for_next_day: [
      'Troppo tardi per domani',
      'Oggi non si prenota più per domani. Scegli un giorno successivo.',
    ],
    beyond_horizon: ['Troppo lontano', 'La data non è ancora prenotabile. Scegline una precedente.'],
    reserved_for_staff: [
      'Riservato all’ufficio',
      'Quell’orario è assegnato solo dall’ufficio. Scegline un altro o telefona.',
    ],
    day_limit_reached: [
      'Giornata al completo',
      'Il numero di appuntamenti di quel giorno è raggiunto. Scegli un altro giorno.',
    ],
    week_limit_reached: [
      'Settimana al completo',
      'Il numero di appuntamenti di quella settimana è raggiunto. Scegli un’altra settimana.',
    ],
    slot_taken: ['Orario appena occupato', 'L’orario è stato preso da qualcun altro. Scegline uno diverso.'],
    slot_held: [
      'Orario in corso di prenotazione',
      'Qualcuno sta prenotando questo orario. Scegline un altro o riprova tra qualche minuto.',
    ],
    recently_released: [
      'Non ancora di nuovo libero',
      'L’orario è stato liberato da poco e si riapre a breve. Scegline un altro.',
    ],
    seats_exhausted: ['Posti esauriti', 'Non ci sono abbastanza posti. Scegli un altro orario.'],
    no_agent_free: ['Nessuno disponibile', 'Nessun operatore è libero a quell’ora. Scegline un’altra.'],
    contact_limit_reached: [
      'Troppi appuntamenti',
      'Questa persona ha raggiunto il numero di appuntamenti ammessi nel periodo.',
    ],
    hold_expired: [
      'Prenotazione provvisoria scaduta',
      'L’orario era tenuto per te ma il tempo è scaduto. Scegli di nuovo un orario; nient’altro è perso.',
    ],
    hold_mismatch: [
      'Diverso dalla prenotazione provvisoria',
      'La prenotazione provvisoria riguarda altro servizio, orario o sede. Ometti quei campi alla conferma.',
    ],
    contact_required: ['Manca il contatto', 'Indica per chi è l’appuntamento: contactId o contact.'],
    answer_required: ['Risposta mancante', 'Occorre rispondere alla domanda "{label}".'],
    answer_invalid: ['Risposta non valida', 'La risposta a "{label}" non è valida.'],
    answer_unknown: ['Domanda sconosciuta', 'Il servizio non chiede "{id}".'],
    too_late_to_cancel: [
      'Troppo tardi per annullare',
      'Si può annullare fino a {minutes} minuti prima. Contatta l’ufficio.',
    ],
    too_late_to_move: [
      'Troppo tardi per spostare',
      'Si può spostare fino a {minutes} minuti prima. Contatta l’ufficio.',
    ],
    reason_required: ['Motivo necessario', 'Un’eccezione alle regole richiede un motivo, che viene registrato.'],
    staff_only: ['Riservato al personale', 'Solo il personale può farlo.'],
    invalid_transition: ['Non possibile in questo stato', 'Lo stato è {status}; questo non permette "{action}".'],
    not_started_yet: ['Non ancora iniziato', 'L’esito si registra dopo l’inizio dell’appuntamento.'],
    undo_over: [
      'Troppo tardi per tornare indietro',
      'Si può tornare indietro per dieci minuti, se nel frattempo non è successo altro.',
    ],
    too_many_rivals: ['Molto traffico', 'Molte persone stanno prenotando insieme. Riprova tra un momento.'],
    illegible_theme: [
      'Colori illeggibili',
      '{text} su {background} ha un contrasto di {ratio}:1; occorre almeno {least}:1 (WCAG 2.2 AA).',
    ],
    proof_needed: [
      'Aggiungi un indirizzo e-mail',
      'Molte prenotazioni di questo giorno non sono confermate. I posti rimasti vanno a chi conferma ' +
        'per e-mail: aggiungi il tuo indirizzo e apri il collegamento che ti mandiamo. Oppure telefona ' +
        'all’ufficio.',
    ],
    day_crowded: [
      'Questo giorno è molto richiesto',
      'Scegli un altro giorno, o riprova tra qualche minuto: gli orari non confermati tornano liberi.',
    ],
    work_needed: [
      'Ancora un momento',
      'C’è molta richiesta, e il tuo browser dimostra che non sei un programma. Bastano alcuni ' +
        'secondi: poi premi di nuovo. Il tuo orario è ancora scelto.',
    ],
    too_many_open: [
      'Troppi appuntamenti aperti',
      'Questo indirizzo e-mail o numero ha già {max} appuntamenti aperti. Annulla quelli che non servono o contatta l’ufficio.',
    ],
    too_many_requests: [
      'Troppe richieste',
      'Troppe richieste in poco tempo: con questa chiave, da te o dalla tua rete. Riprova tra {minutes} min.',
    ],
    booking_closed: [
      'Prenotazione online chiusa',
      'Al momento qui non si prenotano appuntamenti online. Contatta l’ufficio.',
    ],
    draft_gone: [
      'Questa prenotazione non è più aperta',
      'È rimasta ferma troppo a lungo, oppure è iniziata in un altro browser. Ricomincia; nessun appuntamento è stato preso.',
    ],
    access_over: ['Il tuo accesso è finito', 'Vale due ore. Chiedi un nuovo codice per aprire i tuoi appuntamenti.'],
    link_invalid: [
      'Questo collegamento non funziona',
      'È incompleto, oppure uno più recente lo ha sostituito. Cerca l’appuntamento con il suo codice.',
    ],
    changed_elsewhere: [
      'Modificata in un’altra finestra',
      'Questa prenotazione è stata modificata in un’altra finestra. Controllala qui sotto e prosegui.',
    ],
    cross_site: [
      'Inviato da un altro sito',
      'Per la tua sicurezza i moduli si accettano solo dalle nostre pagine. Apri la pagina qui e inviala di nuovo.',
    ],
    already_extended: [
      'Già prolungato',
      'Il tempo si può prolungare una volta. Concludi ora, o scegli di nuovo un orario più tardi; quanto hai scritto è conservato.',
    ],
    appointment_not_matched: [
      'Nessun appuntamento corrisponde',
      'Nessun appuntamento corrisponde a questo codice insieme a questo indirizzo e-mail o telefono. Controlla entrambi.',
    ],
    activation_expired: [
      'Il tempo per confermare è finito',
      'L’appuntamento non è stato confermato in tempo ed è tornato libero. Scegli di nuovo un orario; quanto hai scritto è conservato.',
    ],
    email_needed: ['Serve un indirizzo e-mail', 'Scrivi un indirizzo e-mail: la conferma arriva lì.'],
    template_syntax: ['Modello non leggibile', 'Il testo non è un modello valido: {detail}'],
    template_variable: ['Variabile sconosciuta', 'I messaggi di questo tipo non hanno la variabile {detail}.'],
    unreadable_message: ['Messaggio non leggibile', 'Il messaggio non si può leggere: {reason}'],
    address_not_allowed: [
      'Indirizzo non permesso',
      'Questo indirizzo non si può usare ({reason}). Serve un indirizzo https fuori dalle reti private.',
    ],
    not_for_test_tenants: [
      'Non per gli enti di prova',
      'Un ente di prova non può avere altri enti di prova. Usa una chiave dell’ente che lo ha creato.',
    ],
    not_in_test_mode: [
      'Solo in modalità di prova',
      'Questo si può fare solo in un ente di prova, le cui chiavi iniziano con “agt.”.',
    ],
    clock_moving: [
      'L’orologio si sta spostando',
      'Un’altra chiamata sta spostando l’orologio di questo ente. Aspetta la sua risposta.',
    ],
    clock_backwards: [
      'L’orologio non torna indietro',
      'L’orologio segna {now}. Scegli quell’istante o uno successivo.',
    ],
    limit_reached: ['Limite raggiunto', 'Ce ne sono già {max}; di più non è possibile.'],
    offer_over: [
      'Offerta scaduta',
      'Questo orario non è più riservato a te. Il tuo appuntamento, se ne hai uno, è rimasto com’era.',
    ],
    unreadable_calendar: ['Calendario non leggibile', 'Il calendario non si può leggere: {reason}'],
    script_in_use: [
      'Copione in uso',
      'Campagne, servizi o chiamate in arrivo usano questo copione ({count}). Prima dai loro un altro copione.',
    ],
    campaign_in_use: [
      'Ci sono richiami in attesa',
      '{open} richiami di questa campagna sono aperti. Attendi che finiscano, o annullali, prima di archiviarla.',
    ],
    window_full: [
      'Fascia al completo',
      'Tutti i richiami di quella fascia sono promessi. Scegli una delle fasce più vicine.',
    ],
    agent_not_free: [
      'L’operatore non è libero in quel momento',
      'L’operatore è assente o già impegnato a quell’ora. Scegli un altro orario o lascia chiamare chiunque.',
    ],
    script_faults: ['Il copione non può essere pubblicato', 'Contiene {count} errori, elencati con il loro passo.'],
    script_not_published: ['Nessun copione', 'Il copione non è ancora pubblicato, o porta a uno che non lo è.'],
    conversation_over: ['La conversazione è finita', 'Torna a uno dei passi per cambiare una risposta.'],
    conversation_moved_on: [
      'La conversazione è andata avanti',
      'Ora è aperto un altro passo: leggilo e rispondi a quello.',
    ],
    answer_out_of_range: ['Risposta fuori intervallo', 'La risposta a "{label}" deve essere tra {min} e {max}.'],
    no_address: ['Nessun recapito', 'Questa persona non ha un recapito {channel} a cui scrivere.'],
    window_closed: [
      'A quell’ora non si richiama',
      'In quel momento nessuno può richiamare. Scegli una delle fasce più vicine.',
    ],
    do_not_call: ['Numero da non chiamare', 'Il numero è nell’elenco di chi non vuole essere chiamato.'],
    too_many_callbacks: [
      'Troppe richieste per questo numero',
      'Per questo numero sono stati chiesti {max} richiami in un giorno. Riprova domani.',
    ],
    campaign_full: ['Al momento nessun altro richiamo', 'Sono già aperti {max} richiami. Riprova più tardi.'],
    sign_in_refused: ['Accesso non riuscito', 'L’indirizzo e-mail o la password non sono corretti.'],
    sign_in_paused: [
      'Troppi tentativi',
      'L’accesso è sospeso per qualche minuto dopo molti tentativi. Attendi un poco, oppure chiedi una ' +
        'nuova password per e-mail: funziona subito.',
    ],
    code_refused: [
      'Codice non corretto',
      'Il codice non è corretto o è già stato usato. Scrivi quello che l’app mostra adesso.',
    ],
    passkey_refused: [
      'Passkey non accettata',
      'Non è stato possibile verificare la passkey, o la richiesta era troppo vecchia. Riprova, oppure usa la password.',
    ],
    sign_in_again: [
      'Accedi di nuovo',
      'Hai effettuato l’accesso più di cinque minuti fa. Esci, accedi di nuovo e poi cambia il secondo fattore.',
    ],
    not_oneself: ['Non per te', 'Cambia la tua password e il tuo secondo fattore nel tuo profilo.'],
    second_factor_needed: [
      'Serve il secondo fattore',
      'Il tuo ruolo richiede un secondo fattore. Attivalo prima nel tuo profilo.',
    ],
    email_taken: ['Indirizzo già in uso', 'C’è già una persona con questo indirizzo e-mail.'],
    last_administrator: [
      'Ultimo amministratore',
      'Deve restare qualcuno che amministra. Nomina prima un altro amministratore.',
    ],
    password_short: ['Password troppo corta', 'Usa almeno 10 caratteri; più parole sono facili da ricordare.'],
    password_weak: [
      'Password troppo facile',
      'Questa password è facile da indovinare. Più parole senza legame ne fanno una migliore.',
    ],
    password_breached: [
      'Password nota',
      'Questa password è negli elenchi usati per forzare gli accessi. Scegline un’altra.',
    ],
    outside_reach: ['Fuori dal tuo ambito', 'Puoi farlo solo per le tue sedi e i tuoi operatori.'],
    provider_failed: [
      'Servizio di accesso',
      'Il servizio di accesso dell’ente non ha risposto come previsto ({reason}). Riprova, oppure usa la password.',
    ],
    provider_unproven: [
      'Identità non dimostrata',
      'Il servizio di accesso non ha comunicato né il codice fiscale né un indirizzo e-mail verificato. Entra con un codice, qui sotto.',
    ],
    wallet_keys_unfit: [
      'Chiavi non adatte',
      'Con queste chiavi non si può firmare un biglietto. Controlla certificato e chiave.',
    ],
    provider_unknown_person: [
      'Nessun accesso',
      'Il servizio di accesso ti conosce, ma qui non ci sei. Chiedi a un amministratore di invitarti.',
    ],
    not_mergeable: ['Unione impossibile', 'Scegli due persone diverse.'],
    folder_in_use: [
      'Cartella dati in uso',
      'La cartella dati {folder} è in uso dal processo {owner}. Ferma quel processo, scegli un’altra ' +
        'cartella con --data o imposta DATABASE_URL.',
    ],
    database_too_old: ['PostgreSQL troppo vecchio', 'Serve PostgreSQL 15 o successivo; questo server è {version}.'],
    database_not_empty: [
      'Base dati non vuota',
      'La base dati di destinazione contiene già dati; ripristina in una vuota.',
    ],
    invalid_setting: ['Impostazione non valida', 'L’impostazione {name} non è valida: {expected}.'],
  },
  faults: {
    missing: 'Campo obbligatorio.',
    unknown_field: 'Campo non previsto.',
    wrong_type: 'Deve essere di tipo {limit}.',
    give_one: 'Indica uno solo tra {limit}.',
    wrong_format: 'Deve avere la forma {limit}.',
    too_deep: 'Annidato troppo in profondità: al massimo {limit} livelli.',
    not_allowed: 'Deve essere uno tra: {limit}.',
    too_short: 'Deve avere almeno {limit} caratteri.',
    too_long: 'Può avere al massimo {limit} caratteri.',
    too_small: 'Deve essere almeno {limit}.',
    too_large: 'Può essere al massimo {limit}.',
    too_few: 'Deve avere almeno {limit} elementi.',
    too_many: 'Può avere al massimo {limit} elementi.',
    repeated: 'Gli elementi non devono ripetersi.',
    invalid: 'Non valido.',
  },
}
