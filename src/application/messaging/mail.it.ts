// PURE. Italian texts of messages, as Liquid templates. Facts (service, time, place) and the link are appended automatically.
import type { Templates } from './message-kinds.ts'

const when = '{{ service }}, {{ when }}'

export const mailIt: Templates = {
  booked: {
    subject: 'Appuntamento confermato: {{ service }}',
    body: 'il tuo appuntamento è confermato.',
    sms: '{{ office }}: confermato, {{ service }}, {{ when }}. Codice {{ code }}. {{ link }}',
  },
  pending: {
    subject: 'Richiesta ricevuta: {{ service }}',
    body: 'abbiamo ricevuto la tua richiesta. L’ufficio la controllerà e ti farà sapere; l’orario è riservato a te.',
    sms: `{{ office }}: richiesta ricevuta, ${when}. Ti faremo sapere. Codice {{ code }}`,
  },
  approved: {
    subject: 'Appuntamento confermato: {{ service }}',
    body: 'l’ufficio ha accettato la tua richiesta: l’appuntamento è confermato.',
    sms: `{{ office }}: accettato, ${when}. Codice {{ code }}. {{ link }}`,
  },
  refused: {
    subject: 'Richiesta non accettata: {{ service }}',
    body: 'l’ufficio non ha potuto accettare la tua richiesta.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: richiesta non accettata, ${when}.`,
  },
  moved: {
    subject: 'Appuntamento spostato: {{ service }}',
    body: 'il tuo appuntamento ha un nuovo orario.{% if oldWhen %} Quello di prima, {{ oldWhen }}, non vale più.{% endif %}',
    sms: '{{ office }}: spostato, {{ service }}, ora {{ when }}. Codice {{ code }}. {{ link }}',
  },
  cancelled: {
    subject: 'Appuntamento annullato: {{ service }}',
    body: 'il tuo appuntamento è annullato.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: annullato, ${when}.`,
  },
  reminder: {
    subject: 'Promemoria: {{ service }}, {{ date }}',
    body: 'ti aspettiamo. Se non puoi venire, annulla: qualcun altro sarà contento dell’orario.',
    sms: '{{ office }}: promemoria, {{ service }}, {{ when }}. Non puoi venire? Rispondi C per annullare.',
  },
  late_change: {
    subject: 'Non annullato: {{ service }}',
    body:
      'il tuo calendario o il tuo messaggio dice che non vieni, ma è troppo tardi per annullare così. ' +
      'Contatta l’ufficio; fino ad allora l’appuntamento resta valido.',
    sms: '{{ office }}: troppo tardi per annullare così, chiamaci. L’appuntamento resta: {{ when }}.',
  },
  choose: {
    subject: 'Scegli un altro orario: {{ service }}',
    body:
      'ci dispiace: l’orario che ti avevamo promesso non può restare com’è.{% if reason %} {{ reason ' +
      '}}{% endif %}\n\nApri il collegamento per scegliere un altro orario che ti va bene, o per ' +
      'annullare. Fino ad allora l’appuntamento resta valido.',
    sms: '{{ office }}: il tuo appuntamento {{ when }} non può restare com’è. Scegli un altro orario: {{ link }}',
  },
  again: {
    subject: 'Il collegamento al tuo appuntamento: {{ service }}',
    body:
      'ecco di nuovo il collegamento al tuo appuntamento, come ci è stato chiesto dalla pagina di ' +
      'prenotazione. Se non l’hai chiesto tu, non devi fare nulla.',
    sms: '{{ office }}: {{ service }}, {{ when }}, codice {{ code }}: {{ link }}',
  },
  survey: {
    subject: 'Com’è andata?',
    body: 'raccontaci in mezzo minuto com’è andata: ci aiuta a fare meglio.',
    sms: '{{ office }}: com’è andata? {{ link }}',
  },
  activate: {
    subject: 'Conferma il tuo appuntamento: {{ service }}',
    body: 'manca un passo: apri questo collegamento entro le {{ until }} per confermare l’appuntamento.',
    sms: '{{ office }}: conferma entro le {{ until }}: {{ link }}',
  },
  offer: {
    subject: 'Si è liberato un orario prima: {{ newWhen }}',
    body:
      'qualcuno ha restituito un orario: {{ newWhen }}. È riservato a te fino a {{ until }}. Se non lo ' +
      'vuoi non fare nulla: il tuo appuntamento resta com’è.',
    sms: '{{ office }}: orario prima {{ newWhen }}, tuo fino a {{ until }}: {{ link }}',
  },
  callback_promised: {
    subject: 'Ti richiamiamo',
    body: '{{ promise }}',
    sms: '{{ office }}: {{ promise }}',
  },
  callback_late: {
    subject: 'La nostra chiamata è in ritardo',
    body:
      'avevamo promesso di chiamarti tra le {{ from }} e le {{ to }} e non ci siamo ancora riusciti. ' +
      'Non ti abbiamo dimenticato: chiamiamo appena possibile.',
    sms: '{{ office }}: siamo in ritardo, ti chiamiamo appena possibile.',
  },
  callback_missed: {
    subject: 'Non siamo riusciti a chiamarti',
    body: 'avevamo promesso una chiamata per {{ date }} e non l’abbiamo mantenuta. Ci dispiace. Chiedine un’altra, o chiamaci.',
    sms: '{{ office }}: non siamo riusciti a chiamarti, ci dispiace. Chiedi di nuovo o chiamaci.',
  },
  callback_cancelled: {
    subject: 'La chiamata è annullata',
    body: 'la chiamata promessa per {{ date }} è annullata.',
    sms: '{{ office }}: la chiamata promessa è annullata.',
  },
  access_code: {
    subject: '{{ code }} è il tuo codice per {{ office }}',
    body:
      'il tuo codice è {{ code }}. Vale fino a {{ until }}. Se non l’hai chiesto tu, ignora questo ' +
      'messaggio; nessuno dell’ufficio te lo chiederà mai.',
    sms: '{{ office }}: il tuo codice è {{ code }}, fino a {{ until }}. Non dirlo a nessuno.',
  },
  sign_in: {
    subject: 'Il tuo collegamento per entrare',
    body: 'con questo collegamento entri; vale fino alle {{ until }} e una volta sola.',
    sms: '{{ office }}: codice di accesso {{ code }}',
  },
  reset: {
    subject: 'Imposta una nuova password',
    body: 'qualcuno, probabilmente tu, ha chiesto una nuova password. Il collegamento vale fino alle {{ until }} e una volta sola.',
    sms: '{{ office }}: codice {{ code }}',
  },
  account_changed: {
    subject: 'Il tuo account è stato modificato',
    body:
      'qualcosa è cambiato nel tuo account. Se sei stato tu, non devi fare nulla. Altrimenti imposta ' +
      'una nuova password con il collegamento e avvisa il tuo amministratore.',
    sms: '{{ office }}: il tuo account è stato modificato.',
  },
  digest: {
    subject: 'La tua giornata: {{ count }} appuntamenti, {{ date }}',
    body: 'i tuoi appuntamenti di {{ date }}:\n\n{{ list }}',
    sms: '{{ office }}: {{ count }} appuntamenti {{ date }}.',
  },
  calendar_failing: {
    subject: 'Il tuo altro calendario non si legge',
    body:
      'da {{ since }} il tuo calendario {{ link }} non si può leggere. Quello che è stato letto per ' +
      'ultimo vale ancora come tempo occupato; le voci più nuove qui non si conoscono. Controlla ' +
      'l’indirizzo o la password.',
    sms: '{{ office }}: il tuo altro calendario non si legge da {{ since }}.',
  },
  webhook_disabled: {
    subject: 'Un webhook è stato spento',
    body:
      'la sottoscrizione {{ link }} fallisce da {{ since }} ({{ failure }}) ed è stata spenta. ' +
      'Riparala, riaccendila e rinvia quello che ha perso.',
    sms: '{{ office }}: un webhook è stato spento.',
  },
}
