// PURE. Romanian texts of messages, as Liquid templates. Facts (service, time, place) and the link are appended automatically.
import type { Templates } from './message-kinds.ts'

const when = '{{ service }}, {{ when }}'

export const mailRo: Templates = {
  booked: {
    subject: 'Programare confirmată: {{ service }}',
    body: 'programarea dumneavoastră este confirmată.',
    sms: '{{ office }}: confirmat, {{ service }}, {{ when }}. Cod {{ code }}. {{ link }}',
  },
  pending: {
    subject: 'Cerere primită: {{ service }}',
    body: 'am primit cererea dumneavoastră. Biroul o va verifica și vă va da un răspuns; până atunci vă păstrăm ora.',
    sms: `{{ office }}: cerere primită, ${when}. Vă vom da un răspuns. Cod {{ code }}`,
  },
  approved: {
    subject: 'Programare confirmată: {{ service }}',
    body: 'biroul a aprobat cererea dumneavoastră: programarea este confirmată.',
    sms: `{{ office }}: aprobat, ${when}. Cod {{ code }}. {{ link }}`,
  },
  refused: {
    subject: 'Cerere neacceptată: {{ service }}',
    body: 'biroul nu a putut accepta cererea dumneavoastră.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: cerere neacceptată, ${when}.`,
  },
  moved: {
    subject: 'Programare mutată: {{ service }}',
    body: 'programarea dumneavoastră are o oră nouă.{% if oldWhen %} Cea dinainte, {{ oldWhen }}, nu mai este valabilă.{% endif %}',
    sms: '{{ office }}: programare mutată, {{ service }}, acum {{ when }}. Cod {{ code }}. {{ link }}',
  },
  cancelled: {
    subject: 'Programare anulată: {{ service }}',
    body: 'programarea dumneavoastră este anulată.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: programare anulată, ${when}.`,
  },
  reminder: {
    subject: 'Vă reamintim: {{ service }}, {{ date }}',
    body: 'vă așteptăm. Dacă nu puteți veni, vă rugăm să anulați: altcineva se va bucura de ora rămasă liberă.',
    sms: '{{ office }}: vă reamintim, {{ service }}, {{ when }}. Nu puteți veni? Răspundeți C pentru a anula.',
  },
  late_change: {
    subject: 'Programarea nu a fost anulată: {{ service }}',
    body:
      'din calendarul sau din mesajul dumneavoastră reiese că nu veniți, dar este prea târziu pentru a anula astfel. ' +
      'Vă rugăm să contactați biroul; până atunci programarea rămâne valabilă.',
    sms: '{{ office }}: prea târziu pentru a anula astfel, vă rugăm să ne sunați. Programarea rămâne: {{ when }}.',
  },
  choose: {
    subject: 'Vă rugăm să alegeți altă oră: {{ service }}',
    body:
      'ne pare rău: ora pe care v-am promis-o nu poate rămâne așa cum este.{% if reason %} {{ reason }}{% ' +
      'endif %}\n\nDeschideți linkul pentru a alege altă oră care vă convine sau pentru a anula. Până ' +
      'atunci programarea rămâne valabilă.',
    sms: '{{ office }}: programarea din {{ when }} nu poate rămâne așa. Vă rugăm să alegeți altă oră: {{ link }}',
  },
  again: {
    subject: 'Linkul către programarea dumneavoastră: {{ service }}',
    body:
      'iată din nou linkul către programarea dumneavoastră, așa cum ni s-a cerut pe pagina de programări. ' +
      'Dacă nu l-ați cerut dumneavoastră, nu trebuie să faceți nimic.',
    sms: '{{ office }}: {{ service }}, {{ when }}, cod {{ code }}: {{ link }}',
  },
  survey: {
    subject: 'Cum a fost vizita?',
    body: 'spuneți-ne într-o jumătate de minut cum a fost: ne ajută să facem lucrurile mai bine.',
    sms: '{{ office }}: cum a fost vizita? {{ link }}',
  },
  activate: {
    subject: 'Confirmați programarea: {{ service }}',
    body: 'mai este un singur pas: deschideți acest link până {{ until }} pentru a confirma programarea.',
    sms: '{{ office }}: confirmați până {{ until }}: {{ link }}',
  },
  offer: {
    subject: 'S-a eliberat o oră mai devreme: {{ newWhen }}',
    body:
      'cineva a renunțat la o oră: {{ newWhen }}. V-o păstrăm până {{ until }}. Dacă nu o doriți, nu ' +
      'trebuie să faceți nimic: programarea dumneavoastră rămâne neschimbată.',
    sms: '{{ office }}: o oră mai devreme, {{ newWhen }}, păstrată până {{ until }}: {{ link }}',
  },
  callback_promised: {
    subject: 'Vă sunăm noi',
    body: '{{ promise }}',
    sms: '{{ office }}: {{ promise }}',
  },
  callback_late: {
    subject: 'Apelul nostru întârzie',
    body:
      'v-am promis că vă sunăm între {{ from }} și {{ to }} și încă nu am reușit. Nu v-am uitat: vă ' +
      'sunăm imediat ce putem.',
    sms: '{{ office }}: am întârziat, vă sunăm imediat ce putem.',
  },
  callback_missed: {
    subject: 'Nu am reușit să vă sunăm',
    body:
      'v-am promis un apel pentru {{ date }} și nu ne-am ținut de cuvânt. Ne pare rău. Vă rugăm să cereți alt apel ' +
      'sau să ne sunați.',
    sms: '{{ office }}: nu am reușit să vă sunăm, ne pare rău. Cereți alt apel sau sunați-ne.',
  },
  callback_cancelled: {
    subject: 'Apelul este anulat',
    body: 'apelul promis pentru {{ date }} este anulat.',
    sms: '{{ office }}: apelul promis este anulat.',
  },
  access_code: {
    subject: '{{ code }} este codul dumneavoastră pentru {{ office }}',
    body:
      'codul dumneavoastră este {{ code }}. Este valabil până {{ until }}. Dacă nu l-ați cerut, ignorați ' +
      'acest mesaj; nimeni din birou nu vi-l va cere vreodată.',
    sms: '{{ office }}: codul dumneavoastră este {{ code }}, până {{ until }}. Nu îl spuneți nimănui.',
  },
  sign_in: {
    subject: 'Linkul dumneavoastră de autentificare',
    body: 'cu acest link intrați în cont; este valabil până {{ until }} și funcționează o singură dată.',
    sms: '{{ office }}: cod de autentificare {{ code }}',
  },
  reset: {
    subject: 'Setați o parolă nouă',
    body:
      'cineva, probabil dumneavoastră, a cerut o parolă nouă. Linkul este valabil până {{ until }} și funcționează ' +
      'o singură dată.',
    sms: '{{ office }}: cod {{ code }}',
  },
  account_changed: {
    subject: 'Contul dumneavoastră a fost modificat',
    body:
      'ceva s-a schimbat în contul dumneavoastră. Dacă ați făcut-o dumneavoastră, nu trebuie să faceți nimic. ' +
      'Dacă nu, setați o parolă nouă cu ajutorul linkului și anunțați administratorul.',
    sms: '{{ office }}: contul dumneavoastră a fost modificat.',
  },
  digest: {
    subject: 'Ziua dumneavoastră, {{ date }}. Programări: {{ count }}',
    body: 'programările dumneavoastră de {{ date }}:\n\n{{ list }}',
    sms: '{{ office }}: programări de {{ date }}: {{ count }}.',
  },
  calendar_failing: {
    subject: 'Celălalt calendar al dumneavoastră nu poate fi citit',
    body:
      'din {{ since }} calendarul dumneavoastră {{ link }} nu mai poate fi citit. Ce s-a citit ultima dată contează ' +
      'în continuare ca timp ocupat; înregistrările mai noi nu se cunosc aici. Vă rugăm să verificați adresa sau parola.',
    sms: '{{ office }}: celălalt calendar al dumneavoastră nu mai poate fi citit din {{ since }}.',
  },
  webhook_disabled: {
    subject: 'Un webhook a fost oprit',
    body:
      'abonamentul {{ link }} eșuează din {{ since }} ({{ failure }}) și a fost oprit. Remediați-l, ' +
      'reporniți-l și retrimiteți ce a pierdut.',
    sms: '{{ office }}: un webhook a fost oprit.',
  },
}
