// PURE. Spanish texts of messages, as Liquid templates. Facts (service, time, place) and the link are appended automatically.
import type { Templates } from './message-kinds.ts'

const when = '{{ service }}, {{ when }}'

export const mailEs: Templates = {
  booked: {
    subject: 'Cita confirmada: {{ service }}',
    body: 'Su cita está confirmada.',
    sms: '{{ office }}: cita confirmada, {{ service }}, {{ when }}. Código {{ code }}. {{ link }}',
  },
  pending: {
    subject: 'Solicitud recibida: {{ service }}',
    body: 'Hemos recibido su solicitud. La oficina la revisará y le avisará; mientras tanto, le guardamos la hora.',
    sms: `{{ office }}: solicitud recibida, ${when}. Le avisaremos. Código {{ code }}`,
  },
  approved: {
    subject: 'Cita confirmada: {{ service }}',
    body: 'La oficina ha aceptado su solicitud: su cita está confirmada.',
    sms: `{{ office }}: cita aceptada, ${when}. Código {{ code }}. {{ link }}`,
  },
  refused: {
    subject: 'Solicitud no aceptada: {{ service }}',
    body: 'La oficina no ha podido aceptar su solicitud.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: solicitud no aceptada, ${when}.`,
  },
  moved: {
    subject: 'Cambio de hora de su cita: {{ service }}',
    body: 'Su cita tiene una nueva hora.{% if oldWhen %} La anterior, {{ oldWhen }}, ya no es válida.{% endif %}',
    sms: '{{ office }}: nueva hora, {{ service }}, {{ when }}. Código {{ code }}. {{ link }}',
  },
  cancelled: {
    subject: 'Cita cancelada: {{ service }}',
    body: 'Su cita ha quedado cancelada.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }}: cita cancelada, ${when}.`,
  },
  reminder: {
    subject: 'Recordatorio: {{ service }}, {{ date }}',
    body: 'Le esperamos. Si no puede venir, cancele la cita, por favor: otra persona agradecerá esa hora.',
    sms: '{{ office }}: recordatorio, {{ service }}, {{ when }}. ¿No puede venir? Responda C para cancelar.',
  },
  late_change: {
    subject: 'Cita no cancelada: {{ service }}',
    body:
      'Su calendario o su mensaje indica que no vendrá, pero ya es tarde para cancelar de este modo. ' +
      'Póngase en contacto con la oficina; hasta entonces, la cita sigue en pie.',
    sms: '{{ office }}: ya es tarde para cancelar de este modo; llame, por favor. La cita sigue en pie: {{ when }}.',
  },
  choose: {
    subject: 'Elija otra hora, por favor: {{ service }}',
    body:
      'Lo sentimos: no podemos mantener la hora que le habíamos prometido.{% if reason %} {{ reason }}{% ' +
      'endif %}\n\nAbra el enlace para elegir otra hora que le venga bien o para cancelar. Hasta entonces, ' +
      'la cita sigue en pie.',
    sms: '{{ office }}: no podemos mantener su cita del {{ when }}. Elija otra hora: {{ link }}',
  },
  again: {
    subject: 'El enlace a su cita: {{ service }}',
    body:
      'Aquí tiene de nuevo el enlace a su cita, tal como se pidió en la página de reservas. Si no lo ha ' +
      'pedido usted, no tiene que hacer nada.',
    sms: '{{ office }}: {{ service }}, {{ when }}, código {{ code }}: {{ link }}',
  },
  survey: {
    subject: '¿Qué tal su visita?',
    body: 'Cuéntenos en medio minuto cómo le fue: nos ayuda a mejorar.',
    sms: '{{ office }}: ¿qué tal su visita? {{ link }}',
  },
  activate: {
    subject: 'Confirme su cita: {{ service }}',
    body: 'Falta un paso: abra este enlace antes de las {{ until }} para confirmar la cita.',
    sms: '{{ office }}: confirme antes de las {{ until }}: {{ link }}',
  },
  offer: {
    subject: 'Ha quedado libre una hora anterior: {{ newWhen }}',
    body:
      'Alguien ha dejado libre una hora: {{ newWhen }}. Se la guardamos hasta el {{ until }}. Si no la ' +
      'quiere, no haga nada: su cita sigue como está.',
    sms: '{{ office }}: hora anterior libre, {{ newWhen }}, suya hasta el {{ until }}: {{ link }}',
  },
  callback_promised: {
    subject: 'Le llamaremos',
    body: '{{ promise }}',
    sms: '{{ office }}: {{ promise }}',
  },
  callback_late: {
    subject: 'Nuestra llamada se retrasa',
    body:
      'Le prometimos llamarle entre las {{ from }} y las {{ to }} y todavía no lo hemos conseguido. No nos ' +
      'hemos olvidado de usted: le llamaremos en cuanto podamos.',
    sms: '{{ office }}: nuestra llamada se retrasa; le llamaremos en cuanto podamos.',
  },
  callback_missed: {
    subject: 'No hemos conseguido llamarle',
    body: 'Le prometimos una llamada para el {{ date }} y no hemos cumplido. Lo sentimos. Pida otra llamada o llámenos.',
    sms: '{{ office }}: no hemos conseguido llamarle, lo sentimos. Pida otra llamada o llame a la oficina.',
  },
  callback_cancelled: {
    subject: 'La llamada está cancelada',
    body: 'La llamada que le prometimos para el {{ date }} está cancelada.',
    sms: '{{ office }}: la llamada prometida queda cancelada.',
  },
  access_code: {
    subject: '{{ code }} es su código para {{ office }}',
    body:
      'Su código es {{ code }}. Vale hasta el {{ until }}. Si no lo ha pedido, ignore este mensaje; nadie ' +
      'de la oficina se lo pedirá nunca.',
    sms: '{{ office }}: su código es {{ code }}, hasta el {{ until }}. No se lo diga a nadie.',
  },
  sign_in: {
    subject: 'Su enlace para entrar',
    body: 'Con este enlace puede entrar; vale hasta el {{ until }} y una sola vez.',
    sms: '{{ office }}: código de acceso {{ code }}',
  },
  reset: {
    subject: 'Establezca una contraseña nueva',
    body: 'Alguien, probablemente usted, ha pedido una contraseña nueva. El enlace vale hasta el {{ until }} y una sola vez.',
    sms: '{{ office }}: código {{ code }}',
  },
  account_changed: {
    subject: 'Su cuenta ha cambiado',
    body:
      'Se ha hecho un cambio en su cuenta. Si ha sido usted, no tiene que hacer nada. Si no, establezca ' +
      'una contraseña nueva con el enlace y avise a quien administra el servicio.',
    sms: '{{ office }}: se ha hecho un cambio en su cuenta.',
  },
  digest: {
    subject: 'Sus citas del {{ date }}: {{ count }}',
    body: 'Estas son sus citas del {{ date }}:\n\n{{ list }}',
    sms: '{{ office }}: sus citas del {{ date }}: {{ count }}.',
  },
  calendar_failing: {
    subject: 'No se puede leer su otro calendario',
    body:
      'Desde el {{ since }} no se puede leer su calendario {{ link }}. Lo último que se leyó sigue contando ' +
      'como tiempo ocupado; lo que se haya añadido después no se conoce aquí. Compruebe la dirección o la ' +
      'contraseña, por favor.',
    sms: '{{ office }}: su otro calendario no se puede leer desde el {{ since }}.',
  },
  webhook_disabled: {
    subject: 'Se ha desactivado un webhook',
    body:
      'La suscripción {{ link }} falla desde el {{ since }} ({{ failure }}) y se ha desactivado. ' +
      'Arréglela, vuelva a activarla y reenvíe lo que se haya perdido.',
    sms: '{{ office }}: se ha desactivado un webhook.',
  },
}
