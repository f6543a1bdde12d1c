// PURE. Scripts of the demo municipality. `{ key: 'service:cie' }` stands for the id of that record.

type Text = { it: string; en: string }
const text = (it: string, en: string): Text => ({ it, en })
const option = (id: string, it: string, en: string) => ({ id, label: text(it, en) })
const say = (id: string, next: string, words: Text) => ({ id, kind: 'say', text: words, next })
const end = (id: string, words: Text) => ({ id, kind: 'end', text: words })
const record = (id: string, outcome: string, next: string) => ({
  id,
  kind: 'do',
  act: { kind: 'outcome', outcome },
  next,
})

/** Ends of a conversation that no script can do without. */
const THANKS = end(
  'grazie',
  text('Grazie del suo tempo e buona giornata.', 'Thank you for your time, and have a good day.'),
)
const NOT_THEM = [
  end('non_lui', text('Mi scusi del disturbo. Buona giornata.', 'I am sorry to have disturbed you. Have a good day.')),
]
const greeting = (next: string, other: string, topic: Text) => ({
  ...{ id: 'saluto', kind: 'ask', answer: 'yes_no', isRequired: true, name: 'Parlo con la persona giusta' },
  text: text(
    `Buongiorno, sono **{{agent.name}}** del {{office.name}}. Parlo con **{{contact.name}}**? ${topic.it}`,
    `Good morning, this is **{{agent.name}}** of {{office.name}}. Am I speaking to **{{contact.name}}**? ${topic.en}`,
  ),
  goTo: { yes: next, no: other },
  next,
})

export const CIE_SCRIPT = {
  key: 'cie',
  name: 'Carta d’identità in scadenza',
  description: 'Ricorda la scadenza, prenota il rinnovo e manda l’elenco di che cosa portare.',
  start: 'saluto',
  steps: [
    greeting(
      'scadenza',
      'esito_no',
      text('La chiamo per la sua carta d’identità.', 'I am calling about your identity card.'),
    ),
    {
      ...{ id: 'scadenza', kind: 'ask', answer: 'date', name: 'Scadenza della carta', writesTo: 'cardExpiry' },
      text: text(
        'La sua carta scade il **{{callback.data.scadenza}}**. Mi conferma la data?',
        'Your card expires on **{{callback.data.scadenza}}**. Can you confirm the date?',
      ),
      hint: text('Sta sul retro, in basso.', 'It stands on the back, at the bottom.'),
      next: 'motivo',
    },
    {
      ...{ id: 'motivo', kind: 'ask', answer: 'one', isRequired: true, name: 'Che cosa vuole fare' },
      text: text('Vuole rinnovarla adesso?', 'Would you like to renew it now?'),
      options: [
        option('rinnovo', 'Sì, rinnovo', 'Yes, renew it'),
        option('persa', 'L’ha persa o gliel’hanno rubata', 'It is lost or stolen'),
        option('dopo', 'Non adesso', 'Not now'),
        option('no', 'Non gli interessa', 'Not interested'),
      ],
      goTo: { persa: 'denuncia', dopo: 'quando', no: 'esito_rifiuto' },
      next: 'prenota',
    },
    say(
      'denuncia',
      'prenota',
      text(
        'Prima serve la **denuncia** ai Carabinieri o alla Polizia; la porti con sé.',
        'First you need a **report** to the Carabinieri or the police; please bring it with you.',
      ),
    ),
    {
      ...{ id: 'prenota', kind: 'do', act: { kind: 'book', serviceId: { key: 'service:cie' } } },
      text: text(
        'Troviamo insieme un orario. Preferisce la mattina o il pomeriggio?',
        'Let us find a time together. Do you prefer the morning or the afternoon?',
      ),
      next: 'promemoria',
    },
    {
      ...{ id: 'promemoria', kind: 'ask', answer: 'yes_no', name: 'Vuole l’elenco di che cosa portare' },
      text: text('Le mando l’elenco di **che cosa portare**?', 'Shall I send you the list of **what to bring**?'),
      goTo: { yes: 'manda', no: 'esito_si' },
      next: 'esito_si',
    },
    {
      ...{ id: 'manda', kind: 'do', act: { kind: 'send', messageId: { key: 'message:che-portare' } } },
      text: text('Glielo mando subito.', 'I am sending it now.'),
      next: 'esito_si',
    },
    {
      ...{ id: 'quando', kind: 'ask', answer: 'one', name: 'Quando richiamare', writesTo: 'preferredTime' },
      text: text('Quando la posso richiamare?', 'When may I call you again?'),
      options: [
        option('mattina', 'La mattina', 'In the morning'),
        option('pomeriggio', 'Il pomeriggio', 'In the afternoon'),
        option('sera', 'Dopo le 18', 'After 6 p.m.'),
      ],
      next: 'richiamo',
    },
    {
      ...{ id: 'richiamo', kind: 'do', act: { kind: 'outcome', outcome: 'postponed' } },
      next: 'grazie',
    },
    record('esito_si', 'answered', 'grazie'),
    record('esito_rifiuto', 'refused', 'grazie'),
    record('esito_no', 'wrong_number', 'non_lui'),
    THANKS,
    ...NOT_THEM,
  ],
}

export const TAX_SCRIPT = {
  key: 'tari',
  name: 'Avviso TARI non pagato',
  description: 'Chiede dell’avviso, offre di pagare, la rateizzazione o un appuntamento; raccoglie le contestazioni.',
  start: 'saluto',
  steps: [
    greeting('ricevuto', 'esito_no', text('La chiamo per la tassa sui rifiuti.', 'I am calling about the waste tax.')),
    {
      ...{ id: 'ricevuto', kind: 'ask', answer: 'yes_no', isRequired: true, name: 'Ha ricevuto l’avviso' },
      text: text(
        'Le abbiamo mandato un avviso di **{{callback.data.importo}}**, scaduto il {{callback.data.scaduto}}. Lo ha ricevuto?',
        'We sent you a notice of **{{callback.data.importo}}**, due on {{callback.data.scaduto}}. Did you receive it?',
      ),
      goTo: { yes: 'pagato', no: 'rimanda' },
      next: 'pagato',
    },
    {
      ...{ id: 'rimanda', kind: 'do', act: { kind: 'send', messageId: { key: 'message:come-pagare' } } },
      text: text('Le mando subito come pagare.', 'I am sending you at once how to pay.'),
      next: 'pagato',
    },
    {
      ...{ id: 'pagato', kind: 'ask', answer: 'one', isRequired: true, name: 'Situazione', writesTo: 'taxSituation' },
      text: text('Come vuole procedere?', 'How would you like to go on?'),
      options: [
        option('pagato', 'Ha già pagato', 'Has paid already'),
        option('paga', 'Paga entro il mese', 'Will pay this month'),
        option('rate', 'Chiede le rate', 'Asks for instalments'),
        option('contesta', 'Contesta l’importo', 'Disputes the amount'),
      ],
      goTo: { pagato: 'data', rate: 'quante', contesta: 'perche' },
      next: 'esito',
    },
    {
      ...{ id: 'data', kind: 'ask', answer: 'date', name: 'Data del pagamento' },
      text: text('Quando ha pagato?', 'When did you pay?'),
      next: 'esito',
    },
    {
      ...{ id: 'quante', kind: 'ask', answer: 'number', min: 2, max: 12, isRequired: true, name: 'Numero di rate' },
      text: text(
        'In quante rate vuole pagare? Da 2 a 12.',
        'In how many instalments would you like to pay? From 2 to 12.',
      ),
      next: 'quale',
    },
    {
      ...{
        id: 'quale',
        kind: 'branch',
        cases: [{ when: [{ attribute: 'answers.quante', is: 'at_least', value: 7 }], next: 'appuntamento' }],
      },
      next: 'esito',
    },
    {
      ...{ id: 'perche', kind: 'ask', answer: 'several', isRequired: true, name: 'Perché contesta' },
      text: text('Che cosa non torna?', 'What is wrong with it?'),
      options: [
        option('superficie', 'La superficie', 'The floor area'),
        option('persone', 'Il numero di persone', 'The number of people'),
        option('casa', 'Non abita più lì', 'Does not live there any more'),
        option('altro', 'Altro', 'Something else'),
      ],
      next: 'dettaglio',
    },
    {
      ...{ id: 'dettaglio', kind: 'ask', answer: 'text', max: 500, name: 'Dettagli' },
      text: text('Mi racconti in breve.', 'Tell me briefly.'),
      next: 'appuntamento',
    },
    {
      ...{ id: 'appuntamento', kind: 'do', act: { kind: 'book', serviceId: { key: 'service:tributi' } } },
      text: text(
        'Le propongo un appuntamento con l’Ufficio Tributi, anche per telefono.',
        'I suggest an appointment with the tax office, by telephone if you like.',
      ),
      next: 'esito',
    },
    record('esito', 'answered', 'grazie'),
    record('esito_no', 'wrong_number', 'non_lui'),
    THANKS,
    ...NOT_THEM,
  ],
}

export const SATISFACTION_SCRIPT = {
  key: 'soddisfazione',
  name: 'Soddisfazione dopo la visita',
  description: 'Voto, motivo, e chi è scontento viene richiamato da una persona responsabile.',
  start: 'saluto',
  steps: [
    greeting(
      'voto',
      'esito_no',
      text(
        'È per la sua ultima visita: due domande, un minuto.',
        'It is about your last visit: two questions, one minute.',
      ),
    ),
    {
      ...{ id: 'voto', kind: 'ask', answer: 'scale', min: 1, max: 5, isRequired: true, name: 'Voto' },
      text: text('Da 1 a 5, quanto è soddisfatto?', 'From 1 to 5, how satisfied were you?'),
      hint: text('1 = per niente, 5 = molto', '1 = not at all, 5 = very'),
      next: 'come',
    },
    {
      ...{
        id: 'come',
        kind: 'branch',
        cases: [{ when: [{ attribute: 'answers.voto', is: 'at_most', value: 2 }], next: 'male' }],
      },
      next: 'bene',
    },
    {
      ...{ id: 'male', kind: 'ask', answer: 'text', max: 500, isRequired: true, name: 'Che cosa non è andato' },
      text: text('Mi dispiace. Che cosa non è andato?', 'I am sorry. What went wrong?'),
      next: 'responsabile',
    },
    {
      ...{ id: 'responsabile', kind: 'ask', answer: 'yes_no', name: 'Vuole essere richiamato' },
      text: text('Vuole che la richiami una persona responsabile?', 'Would you like a manager to call you?'),
      goTo: { yes: 'prometti', no: 'esito' },
      next: 'esito',
    },
    {
      ...{ id: 'prometti', kind: 'do', act: { kind: 'promise' } },
      text: text('Quando le fa comodo?', 'When would suit you?'),
      next: 'esito',
    },
    {
      ...{ id: 'bene', kind: 'ask', answer: 'text', max: 300, name: 'Che cosa migliorare' },
      text: text('Grazie! Una cosa che potremmo fare meglio?', 'Thank you! One thing that we could do better?'),
      next: 'esito',
    },
    record('esito', 'answered', 'grazie'),
    record('esito_no', 'wrong_number', 'non_lui'),
    THANKS,
    ...NOT_THEM,
  ],
}

export const INCOMING_SCRIPT = {
  key: 'centralino',
  name: 'Chiamate in arrivo',
  description: 'Accoglienza del centralino.',
  start: 'bisogno',
  steps: [
    {
      ...{ id: 'bisogno', kind: 'ask', answer: 'one', isRequired: true, name: 'Di che cosa ha bisogno' },
      text: text(
        '{{office.name}}, sono **{{agent.name}}**. Come posso aiutarla?',
        '{{office.name}}, this is **{{agent.name}}**. How can I help you?',
      ),
      options: [
        option('carta', 'Carta d’identità', 'Identity card'),
        option('appuntamento', 'Spostare un appuntamento', 'Move an appointment'),
        option('richiamo', 'Vuole essere richiamato', 'Wants to be called back'),
        option('altro', 'Altro', 'Something else'),
      ],
      goTo: { carta: 'prenota', richiamo: 'prometti', altro: 'che' },
      next: 'sposta',
    },
    {
      ...{ id: 'prenota', kind: 'do', act: { kind: 'book', serviceId: { key: 'service:cie' } } },
      text: text('Le propongo i primi orari liberi.', 'Let me offer you the first free times.'),
      next: 'grazie',
    },
    say(
      'sposta',
      'grazie',
      text(
        'Apra l’appuntamento tra le prossime visite, a sinistra, e lo sposti con la persona in linea.',
        'Open the appointment among the next visits on the left and move it with the person on the line.',
      ),
    ),
    {
      ...{ id: 'prometti', kind: 'do', act: { kind: 'promise', campaignId: { key: 'campaign:richiami' } } },
      text: text('Quando le fa comodo essere richiamato?', 'When would it suit you to be called?'),
      next: 'grazie',
    },
    {
      ...{ id: 'che', kind: 'ask', answer: 'text', max: 500, name: 'Richiesta' },
      text: text('Mi dica.', 'Please tell me.'),
      next: 'grazie',
    },
    THANKS,
  ],
}
