// PURE. German texts of messages, as Liquid templates. Facts (service, time, place) and the link are appended automatically.
import type { Templates } from './message-kinds.ts'

const when = '{{ service }}, {{ when }}'

export const mailDe: Templates = {
  booked: {
    subject: 'Termin bestätigt: {{ service }}',
    body: 'Ihr Termin ist bestätigt.',
    sms: '{{ office }}: bestätigt, {{ service }}, {{ when }}. Code {{ code }}. {{ link }}',
  },
  pending: {
    subject: 'Anfrage eingegangen: {{ service }}',
    body: 'Ihre Anfrage ist bei uns eingegangen. Das Amt prüft sie und gibt Ihnen Bescheid; die Zeit bleibt für Sie reserviert.',
    sms: `{{ office }}: Anfrage eingegangen, ${when}. Wir melden uns. Code {{ code }}`,
  },
  approved: {
    subject: 'Termin bestätigt: {{ service }}',
    body: 'das Amt hat Ihre Anfrage angenommen: Ihr Termin ist bestätigt.',
    sms: `{{ office }}: angenommen, ${when}. Code {{ code }}. {{ link }}`,
  },
  refused: {
    subject: 'Anfrage nicht angenommen: {{ service }}',
    body: 'das Amt konnte Ihre Anfrage leider nicht annehmen.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: Anfrage nicht angenommen, ${when}.`,
  },
  moved: {
    subject: 'Termin verschoben: {{ service }}',
    body: 'Ihr Termin hat eine neue Zeit.{% if oldWhen %} Die bisherige, {{ oldWhen }}, gilt nicht mehr.{% endif %}',
    sms: '{{ office }}: verschoben, {{ service }}, jetzt {{ when }}. Code {{ code }}. {{ link }}',
  },
  cancelled: {
    subject: 'Termin abgesagt: {{ service }}',
    body: 'Ihr Termin ist abgesagt.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: abgesagt, ${when}.`,
  },
  reminder: {
    subject: 'Erinnerung: {{ service }}, {{ date }}',
    body: 'wir erwarten Sie. Wenn Sie nicht kommen können, sagen Sie bitte ab: Jemand anders freut sich über die Zeit.',
    sms: '{{ office }}: Erinnerung, {{ service }}, {{ when }}. Verhindert? Antworten Sie C, um abzusagen.',
  },
  late_change: {
    subject: 'Nicht abgesagt: {{ service }}',
    body:
      'laut Ihrem Kalender oder Ihrer Nachricht kommen Sie nicht, aber für eine Absage auf diesem Weg ist ' +
      'es zu spät. Bitte wenden Sie sich an das Amt; bis dahin gilt der Termin weiter.',
    sms: '{{ office }}: für eine Absage auf diesem Weg zu spät, bitte rufen Sie an. Der Termin gilt: {{ when }}.',
  },
  choose: {
    subject: 'Bitte wählen Sie eine andere Zeit: {{ service }}',
    body:
      'es tut uns leid: Die Zeit, die wir Ihnen zugesagt haben, kann nicht bleiben.{% if reason %} ' +
      '{{ reason }}{% endif %}\n\nÖffnen Sie den Link, um eine andere Zeit zu wählen, die Ihnen passt, oder ' +
      'um abzusagen. Bis dahin gilt der Termin weiter.',
    sms: '{{ office }}: Ihr Termin {{ when }} kann nicht bleiben. Bitte wählen Sie eine andere Zeit: {{ link }}',
  },
  again: {
    subject: 'Der Link zu Ihrem Termin: {{ service }}',
    body:
      'hier ist noch einmal der Link zu Ihrem Termin, wie auf der Buchungsseite gewünscht. Wenn nicht Sie ' +
      'darum gebeten haben, brauchen Sie nichts zu tun.',
    sms: '{{ office }}: {{ service }}, {{ when }}, Code {{ code }}: {{ link }}',
  },
  survey: {
    subject: 'Wie war Ihr Besuch?',
    body: 'sagen Sie uns in einer halben Minute, wie es war: Das hilft uns, besser zu werden.',
    sms: '{{ office }}: Wie war Ihr Besuch? {{ link }}',
  },
  activate: {
    subject: 'Bestätigen Sie Ihren Termin: {{ service }}',
    body: 'ein Schritt fehlt noch: Öffnen Sie diesen Link bis {{ until }}, um den Termin zu bestätigen.',
    sms: '{{ office }}: bitte bis {{ until }} bestätigen: {{ link }}',
  },
  offer: {
    subject: 'Eine frühere Zeit ist frei: {{ newWhen }}',
    body:
      'jemand hat eine Zeit zurückgegeben: {{ newWhen }}. Sie ist bis {{ until }} für Sie reserviert. Wenn Sie ' +
      'sie nicht möchten, brauchen Sie nichts zu tun: Ihr Termin bleibt, wie er ist.',
    sms: '{{ office }}: frühere Zeit {{ newWhen }}, für Sie bis {{ until }}: {{ link }}',
  },
  callback_promised: {
    subject: 'Wir rufen Sie zurück',
    body: '{{ promise }}',
    sms: '{{ office }}: {{ promise }}',
  },
  callback_late: {
    subject: 'Unser Anruf verspätet sich',
    body:
      'wir hatten Ihnen einen Anruf zwischen {{ from }} und {{ to }} zugesagt und haben es noch nicht ' +
      'geschafft. Wir haben Sie nicht vergessen: Wir rufen an, sobald wir können.',
    sms: '{{ office }}: Unser Anruf verspätet sich, wir rufen Sie an, sobald wir können.',
  },
  callback_missed: {
    subject: 'Wir haben es nicht geschafft, Sie anzurufen',
    body:
      'wir hatten Ihnen für {{ date }} einen Anruf zugesagt und das nicht eingehalten. Das tut uns leid. ' +
      'Bitten Sie gern um einen neuen, oder rufen Sie uns an.',
    sms: '{{ office }}: Unser Anruf hat leider nicht geklappt, Entschuldigung. Bitten Sie um einen neuen, oder rufen Sie uns an.',
  },
  callback_cancelled: {
    subject: 'Der Rückruf ist abgesagt',
    body: 'der Anruf, den wir für {{ date }} zugesagt hatten, ist abgesagt.',
    sms: '{{ office }}: Der zugesagte Anruf ist abgesagt.',
  },
  access_code: {
    subject: '{{ code }} ist Ihr Code für {{ office }}',
    body:
      'Ihr Code lautet {{ code }}. Er gilt bis {{ until }}. Wenn Sie ihn nicht angefordert haben, ' +
      'ignorieren Sie diese Nachricht; niemand vom Amt fragt Sie je danach.',
    sms: '{{ office }}: Ihr Code ist {{ code }}, gültig bis {{ until }}. Sagen Sie ihn niemandem.',
  },
  sign_in: {
    subject: 'Ihr Link zum Anmelden',
    body: 'mit diesem Link melden Sie sich an; er gilt bis {{ until }} und nur einmal.',
    sms: '{{ office }}: Code zum Anmelden {{ code }}',
  },
  reset: {
    subject: 'Neues Passwort setzen',
    body: 'jemand, vermutlich Sie, hat ein neues Passwort angefordert. Der Link gilt bis {{ until }} und nur einmal.',
    sms: '{{ office }}: Code {{ code }}',
  },
  account_changed: {
    subject: 'Ihr Konto wurde geändert',
    body:
      'in Ihrem Konto wurde etwas geändert. Wenn Sie das waren, brauchen Sie nichts zu tun. Wenn nicht, setzen ' +
      'Sie mit dem Link ein neues Passwort, und informieren Sie Ihre Administration.',
    sms: '{{ office }}: Ihr Konto wurde geändert.',
  },
  digest: {
    subject: 'Ihr Tag: {{ count }} Termine, {{ date }}',
    body: 'Ihre Termine am {{ date }}:\n\n{{ list }}',
    sms: '{{ office }}: {{ count }} Termine am {{ date }}.',
  },
  calendar_failing: {
    subject: 'Ihr anderer Kalender lässt sich nicht lesen',
    body:
      'seit {{ since }} lässt sich Ihr Kalender {{ link }} nicht lesen. Was zuletzt gelesen wurde, gilt weiter ' +
      'als belegte Zeit; neuere Einträge sind hier nicht bekannt. Bitte prüfen Sie Adresse oder Passwort.',
    sms: '{{ office }}: Ihr anderer Kalender lässt sich seit {{ since }} nicht lesen.',
  },
  webhook_disabled: {
    subject: 'Ein Webhook wurde abgeschaltet',
    body:
      'das Abonnement {{ link }} schlägt seit {{ since }} fehl ({{ failure }}) und wurde abgeschaltet. Beheben ' +
      'Sie die Ursache, schalten Sie es wieder ein, und lassen Sie nachsenden, was es verpasst hat.',
    sms: '{{ office }}: Ein Webhook wurde abgeschaltet.',
  },
}
