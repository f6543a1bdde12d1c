// PURE. English texts of messages, as Liquid templates. Facts (service, time, place) and the link are appended automatically.
import type { Templates } from './message-kinds.ts'

const when = '{{ service }}, {{ when }}'

export const mailEn: Templates = {
  booked: {
    subject: 'Appointment confirmed: {{ service }}',
    body: 'your appointment is confirmed.',
    sms: '{{ office }}: confirmed, {{ service }}, {{ when }}. Code {{ code }}. {{ link }}',
  },
  pending: {
    subject: 'Request received: {{ service }}',
    body: 'we received your request. The office will check it and let you know; the time is kept for you.',
    sms: `{{ office }}: request received, ${when}. You will hear from us. Code {{ code }}`,
  },
  approved: {
    subject: 'Appointment confirmed: {{ service }}',
    body: 'the office has approved your request: your appointment is confirmed.',
    sms: `{{ office }}: approved, ${when}. Code {{ code }}. {{ link }}`,
  },
  refused: {
    subject: 'Request not accepted: {{ service }}',
    body: 'the office could not accept your request.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: request not accepted, ${when}.`,
  },
  moved: {
    subject: 'Appointment moved: {{ service }}',
    body: 'your appointment has a new time.{% if oldWhen %} The old one, {{ oldWhen }}, no longer counts.{% endif %}',
    sms: '{{ office }}: moved, {{ service }}, now {{ when }}. Code {{ code }}. {{ link }}',
  },
  cancelled: {
    subject: 'Appointment cancelled: {{ service }}',
    body: 'your appointment is cancelled.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: cancelled, ${when}.`,
  },
  reminder: {
    subject: 'Reminder: {{ service }}, {{ date }}',
    body: 'we expect you. If you cannot come, please cancel: somebody else is glad of the time.',
    sms: '{{ office }}: reminder, {{ service }}, {{ when }}. Cannot come? Answer C to cancel.',
  },
  late_change: {
    subject: 'Not cancelled: {{ service }}',
    body:
      'your calendar or your message said that you do not come, but it is too late to cancel this way. ' +
      'Please contact the office; until then the appointment stands.',
    sms: '{{ office }}: too late to cancel this way, please call. The appointment stands: {{ when }}.',
  },
  choose: {
    subject: 'Please choose another time: {{ service }}',
    body:
      'we are sorry: the time that we promised you cannot stay as it is.{% if reason %} {{ reason }}{% ' +
      'endif %}\n\nOpen the link to choose another time that suits you, or to cancel. Until then the ' +
      'appointment stands.',
    sms: '{{ office }}: your appointment {{ when }} cannot stay as it is. Please choose another time: {{ link }}',
  },
  again: {
    subject: 'The link to your appointment: {{ service }}',
    body:
      'here is the link to your appointment once more, as was asked on the booking page. If it was not ' +
      'you who asked, there is nothing to do.',
    sms: '{{ office }}: {{ service }}, {{ when }}, code {{ code }}: {{ link }}',
  },
  survey: {
    subject: 'How was your visit?',
    body: 'tell us in half a minute how it went: it helps us to do better.',
    sms: '{{ office }}: how was your visit? {{ link }}',
  },
  activate: {
    subject: 'Confirm your appointment: {{ service }}',
    body: 'one step is missing: open this link by {{ until }} to confirm the appointment.',
    sms: '{{ office }}: confirm by {{ until }}: {{ link }}',
  },
  offer: {
    subject: 'An earlier time is free: {{ newWhen }}',
    body:
      'somebody gave a time back: {{ newWhen }}. It is kept for you until {{ until }}. If you do not ' +
      'want it, do nothing: your appointment stays as it is.',
    sms: '{{ office }}: earlier time {{ newWhen }}, yours until {{ until }}: {{ link }}',
  },
  callback_promised: {
    subject: 'We call you back',
    body: '{{ promise }}',
    sms: '{{ office }}: {{ promise }}',
  },
  callback_late: {
    subject: 'Our call is late',
    body:
      'we promised to call you between {{ from }} and {{ to }} and have not managed yet. You have not ' +
      'been forgotten: we call as soon as we can.',
    sms: '{{ office }}: our call is late, we call as soon as we can.',
  },
  callback_missed: {
    subject: 'We did not manage to call you',
    body: 'we promised a call on {{ date }} and did not keep it. We are sorry. Please ask for another one, or call us.',
    sms: '{{ office }}: we did not manage to call you, sorry. Please ask again or call us.',
  },
  callback_cancelled: {
    subject: 'The callback is cancelled',
    body: 'the call that we promised for {{ date }} is cancelled.',
    sms: '{{ office }}: the promised call is cancelled.',
  },
  access_code: {
    subject: '{{ code }} is your code for {{ office }}',
    body:
      'your code is {{ code }}. It holds until {{ until }}. If you did not ask for it, ignore this ' +
      'message; nobody of the office will ever ask you for it.',
    sms: '{{ office }}: your code is {{ code }}, until {{ until }}. Tell it to nobody.',
  },
  sign_in: {
    subject: 'Your link to sign in',
    body: 'with this link you sign in; it holds until {{ until }} and works once.',
    sms: '{{ office }}: sign-in code {{ code }}',
  },
  reset: {
    subject: 'Set a new password',
    body: 'somebody, probably you, asked for a new password. The link holds until {{ until }} and works once.',
    sms: '{{ office }}: code {{ code }}',
  },
  account_changed: {
    subject: 'Your account was changed',
    body:
      'something was done in your account. If it was you, there is nothing to do. If not, set a new ' +
      'password with the link, and tell your administrator.',
    sms: '{{ office }}: your account was changed.',
  },
  digest: {
    subject: 'Your day: {{ count }} appointments, {{ date }}',
    body: 'your appointments on {{ date }}:\n\n{{ list }}',
    sms: '{{ office }}: {{ count }} appointments on {{ date }}.',
  },
  calendar_failing: {
    subject: 'Your other calendar cannot be read',
    body:
      'since {{ since }} your calendar {{ link }} cannot be read. What was read last still counts as ' +
      'busy time; newer entries are not known here. Please check its address or password.',
    sms: '{{ office }}: your other calendar cannot be read since {{ since }}.',
  },
  webhook_disabled: {
    subject: 'A webhook was switched off',
    body:
      'the subscription {{ link }} has failed since {{ since }} ({{ failure }}) and was switched off. ' +
      'Mend it, switch it on again, and replay what it missed.',
    sms: '{{ office }}: a webhook was switched off.',
  },
}
