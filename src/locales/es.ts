// PURE. Spanish texts of all problem codes and field faults. `{name}` is replaced by the problem's parameter.
import type { Words } from './en.ts'

export const es: Words = {
  problems: {
    invalid_request: [
      'La solicitud no es válida',
      'La solicitud contiene errores ({count}); cada uno se indica con su posición. No se ha cambiado nada.',
    ],
    malformed_http: ['No es una solicitud HTTP', 'Lo que ha llegado no es una solicitud HTTP/1.1.'],
    head_too_large: ['Cabeceras demasiado grandes', 'La dirección y las cabeceras juntas son demasiado grandes.'],
    invalid_json: [
      'El contenido no es JSON',
      'El contenido no se puede leer como JSON. Compruebe las comillas, las comas y la codificación (UTF-8).',
    ],
    unauthenticated: [
      'Es necesario identificarse',
      'Envíe una clave de API válida como "Authorization: Bearer …". Puede que la clave sea desconocida o esté revocada o caducada.',
    ],
    forbidden: ['No permitido', 'Esta clave no puede hacerlo; hace falta el permiso "{scope}".'],
    not_found: ['No encontrado', 'Aquí no existe ese elemento ({what}).'],
    body_too_large: [
      'El contenido es demasiado grande',
      'El contenido de la solicitud puede tener {limit} bytes como máximo.',
    ],
    unsupported_media_type: ['Formato no admitido', 'Envíe el contenido como application/json.'],
    precondition_required: [
      'Falta If-Match',
      'Envíe en If-Match el último ETag que haya leído, para no sobrescribir los cambios de otra persona.',
    ],
    precondition_failed: [
      'Ha cambiado entretanto',
      'Alguien lo ha cambiado después de que usted lo leyera (ahora es la versión {version}). Vuelva a leerlo y repita su cambio.',
    ],
    idempotency_key_reused: [
      'Idempotency-Key ya utilizada',
      'Esta Idempotency-Key se utilizó con una solicitud distinta. Use una nueva para cada solicitud nueva.',
    ],
    idempotency_key_invalid: [
      'Idempotency-Key no válida',
      'Use de 8 a 255 caracteres ASCII visibles, por ejemplo un UUID.',
    ],
    invalid_cursor: ['Cursor no válido', 'Use el cursor exactamente como lo devolvió la página anterior.'],
    internal_error: [
      'Algo ha salido mal',
      'El error es nuestro y ha quedado registrado con el identificador de la solicitud. Inténtelo más tarde.',
    ],
    sign_in_busy: ['Ahora mismo está entrando mucha gente', 'Vuelva a intentarlo dentro de unos segundos.'],
    secret_unreadable: [
      'No se puede abrir un secreto',
      'Se cifró con la clave {key}, que este proceso no tiene. Quien opera el servicio la añade a AGENDA_SECRET_KEY.',
    ],
    stopping: ['A punto de detenerse', 'Este proceso está a punto de detenerse. Envíe las solicitudes a otro.'],
    database_unavailable: [
      'No disponible por el momento',
      'No se puede acceder a la base de datos. Inténtelo dentro de unos segundos con la misma Idempotency-Key.',
    ],
    conflict: ['Conflicto', 'El cambio contradice los datos guardados. Lea el estado actual y vuelva a intentarlo.'],
    invalid_reference: ['Referencia desconocida', 'No hay ningún elemento activo ({what}) con el identificador {id}.'],
    invalid_recurrence: [
      'Regla de repetición no válida',
      'La parte {part} de la regla no se puede usar. Se admite: FREQ=DAILY|WEEKLY|MONTHLY|YEARLY con ' +
        'INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, UNTIL, COUNT, WKST.',
    ],
    number_not_called: [
      'A este número no se llama',
      'Solo llamamos a números ordinarios de los países de esta campaña, nunca a números de tarificación especial, ' +
        'de coste compartido o por satélite.',
    ],
    too_many_streams: [
      'Demasiados flujos abiertos',
      'Cierre alguno de los abiertos o lea de uno solo en común: cada flujo lleva todos los cambios.',
    ],
    recurrence_never_falls: [
      'La regla no da ninguna fecha',
      'La regla de repetición no tiene ninguna fecha entre {from} y {to}.',
    ],
    date_too_far: ['Fecha demasiado lejana', 'Elija una fecha entre {from} y {to}.'],
    invalid_window: [
      'Franja horaria no válida',
      'La franja {from}–{to} coincide en parte con otra, o una pausa queda fuera de su franja.',
    ],
    invalid_period: ['Período no válido', 'El final debe ser posterior al inicio, ambos en minutos exactos.'],
    external_id_taken: ['Identificador externo ya utilizado', 'Otro registro tiene este identificador externo.'],
    slug_taken: ['Nombre corto ya utilizado', 'Otra entidad tiene el nombre corto "{slug}".'],
    schedule_overlap: ['Horarios que coinciden', 'En ese período ya rige otra versión de este horario.'],
    contact_exists: [
      'El contacto ya existe',
      'Ya hay un contacto con el mismo nombre y el mismo correo electrónico o teléfono.',
    ],
    still_in_use: [
      'Todavía en uso',
      'De este elemento dependen citas futuras ({count}). Primero cámbielas o cancélelas.',
    ],
    archived: ['Archivado', 'Este registro está archivado y no se puede cambiar.'],
    managed_by_pool: ['Se gestiona desde su grupo', 'Los puestos se cambian desde su grupo.'],
    invalid_service_rules: ['Las reglas del servicio se contradicen', 'La regla {rule} contradice a otra.'],
    unknown_holidays: ['País o región desconocidos', 'No se conocen los festivos de {country} {region}.'],
    invalid_phone: [
      'Número de teléfono no válido',
      '{phone} no es un número de teléfono posible. Escríbalo con el prefijo internacional o indique el país.',
    ],
    range_too_long: [
      'Período demasiado largo',
      'Pida 92 días como máximo, con un final que no sea anterior al inicio.',
    ],
    services_not_combinable: [
      'Servicios no combinables',
      'Estos servicios no se pueden reservar en una misma visita. Resérvelos por separado.',
    ],
    service_unavailable: ['Servicio no disponible', 'El servicio {service} ya no se ofrece.'],
    duration_not_offered: ['Duración no disponible', 'El servicio no se ofrece con una duración de {minutes} minutos.'],
    channel_not_offered: ['Modalidad no disponible', 'El servicio no se ofrece en esta modalidad.'],
    agent_not_qualified: [
      'Esa persona no ofrece este servicio',
      'La persona elegida no ofrece este servicio. Elija otra o deje la elección abierta.',
    ],
    agent_elsewhere: [
      'Esa persona atiende en otra sede',
      'La persona elegida no atiende en esta sede. Elija otra sede u otra persona.',
    ],
    outside_schedule: ['Fuera de horario', 'A esa hora no atiende nadie. Elija una de las horas que se ofrecen.'],
    outside_location_hours: ['Sede cerrada', 'A esa hora la sede está cerrada. Elija una de las horas que se ofrecen.'],
    holiday: ['Día festivo', 'Ese día es festivo. Elija otro día.'],
    closure: ['Cerrado', 'La sede está cerrada en esas fechas. Elija otro día u otra sede.'],
    absence: ['Persona ausente', 'Esa persona no está a esa hora. Elija otra hora u otra persona.'],
    does_not_fit: ['Falta tiempo', 'La visita no cabe antes de la hora de cierre. Elija una hora anterior.'],
    not_on_grid: [
      'Hora de inicio no disponible',
      'Las citas no empiezan en ese minuto. Elija una de las horas que se ofrecen.',
    ],
    too_soon: ['Demasiado pronto', 'Esa hora está demasiado cerca o ya ha pasado. Elija una hora posterior.'],
    too_late_for_next_day: [
      'Ya es tarde para mañana',
      'Hoy ya no se pueden reservar citas para mañana. Elija un día posterior.',
    ],
    beyond_horizon: ['Demasiado lejos', 'Esa fecha todavía no se puede reservar. Elija una anterior.'],
    reserved_for_staff: [
      'Reservada a la oficina',
      'Esa hora solo la asigna la oficina. Elija otra o llame a la oficina.',
    ],
    day_limit_reached: ['Día completo', 'Ya se ha alcanzado el número de citas de ese día. Elija otro día.'],
    week_limit_reached: ['Semana completa', 'Ya se ha alcanzado el número de citas de esa semana. Elija otra semana.'],
    slot_taken: ['Hora recién ocupada', 'Otra persona tiene ya esa hora. Elija otra.'],
    slot_held: [
      'Hora en proceso de reserva',
      'Alguien está reservando esta hora ahora mismo. Elija otra o vuelva a intentarlo dentro de unos minutos.',
    ],
    recently_released: [
      'Todavía no está libre',
      'Esta hora acaba de quedar libre y se abrirá de nuevo en breve. Elija otra.',
    ],
    seats_exhausted: ['No quedan plazas', 'No quedan plazas suficientes. Elija otra hora.'],
    no_agent_free: ['No hay nadie libre', 'A esa hora no hay nadie libre para atenderle. Elija otra.'],
    contact_limit_reached: [
      'Demasiadas citas',
      'Esta persona ha alcanzado el número de citas permitido en ese período.',
    ],
    hold_expired: [
      'La reserva provisional ha caducado',
      'Le guardábamos la hora, pero el plazo ha terminado. Elija de nuevo una hora; no se ha perdido nada más.',
    ],
    hold_mismatch: [
      'No coincide con la reserva provisional',
      'La reserva provisional es para otro servicio, otra hora u otra sede. Omita esos campos al confirmarla.',
    ],
    contact_required: ['Falta el contacto', 'Indique para quién es la cita: contactId o contact.'],
    answer_required: ['Falta una respuesta', 'Hay que responder a la pregunta "{label}".'],
    answer_invalid: ['Respuesta no válida', 'La respuesta a "{label}" no es válida.'],
    answer_unknown: ['Pregunta desconocida', 'El servicio no pregunta "{id}".'],
    too_late_to_cancel: [
      'Ya es tarde para cancelar',
      'Se puede cancelar hasta {minutes} minutos antes. Póngase en contacto con la oficina.',
    ],
    too_late_to_move: [
      'Ya es tarde para cambiar la cita',
      'Se puede cambiar hasta {minutes} minutos antes. Póngase en contacto con la oficina.',
    ],
    reason_required: ['Hace falta un motivo', 'Una excepción a las reglas necesita un motivo, que queda registrado.'],
    staff_only: ['Solo para el personal', 'Solo el personal puede hacerlo.'],
    invalid_transition: ['No es posible en este estado', 'El estado es {status}; eso no permite "{action}".'],
    not_started_yet: ['Todavía no ha empezado', 'El resultado se puede registrar una vez empezada la cita.'],
    undo_over: [
      'Ya es tarde para deshacerlo',
      'Se puede deshacer durante diez minutos, si entretanto no ha ocurrido nada más.',
    ],
    too_many_rivals: ['Mucha demanda', 'Muchas personas están reservando a la vez. Inténtelo dentro de un momento.'],
    illegible_theme: [
      'Colores que no se pueden leer',
      '{text} sobre {background} tiene un contraste de {ratio}:1; hace falta al menos {least}:1 (WCAG 2.2 AA).',
    ],
    proof_needed: [
      'Añada un correo electrónico, por favor',
      'Muchas reservas de este día están sin confirmar. Las plazas que quedan son para quienes confirman ' +
        'por correo electrónico: añada su dirección y abra el enlace que le enviamos. O llame a la oficina.',
    ],
    day_crowded: [
      'Este día tiene mucha demanda ahora mismo',
      'Elija otro día o inténtelo dentro de unos minutos: las horas que no se confirman vuelven a quedar libres.',
    ],
    work_needed: [
      'Un momento más',
      'Ahora mismo hay mucha demanda y su navegador está demostrando que usted no es un programa. Tarda unos ' +
        'segundos: después, pulse de nuevo. Su hora sigue elegida.',
    ],
    too_many_open: [
      'Demasiadas citas pendientes',
      'Este correo electrónico o número ya tiene {max} citas pendientes. Cancele alguna que no necesite o contacte con la oficina.',
    ],
    too_many_requests: [
      'Demasiadas solicitudes',
      'Han llegado demasiadas solicitudes en poco tiempo: con esta clave, de usted o de su red. Inténtelo dentro de {minutes} min.',
    ],
    booking_closed: [
      'La reserva por internet está cerrada',
      'En este momento no se pueden reservar citas por internet aquí. Póngase en contacto con la oficina.',
    ],
    draft_gone: [
      'Esta reserva ya no está abierta',
      'Ha pasado demasiado tiempo o se empezó en otro navegador. Empiece de nuevo; no se ha reservado ninguna cita.',
    ],
    access_over: ['Su acceso ha terminado', 'Dura dos horas. Pida un código nuevo para abrir sus citas.'],
    link_invalid: [
      'Este enlace no funciona',
      'Está incompleto o lo ha sustituido otro más reciente. Busque la cita con su código.',
    ],
    changed_elsewhere: [
      'Se ha cambiado en otra ventana',
      'Esta reserva se ha cambiado en otra ventana. Revísela aquí abajo y continúe.',
    ],
    cross_site: [
      'Enviado desde otro sitio',
      'Por su seguridad, solo se aceptan formularios de nuestras propias páginas. Abra la página aquí y vuelva a enviarlo.',
    ],
    already_extended: [
      'Ya se ha ampliado',
      'El tiempo se puede ampliar una vez. Termine ahora o elija de nuevo una hora más tarde; lo que ha escrito se conserva.',
    ],
    appointment_not_matched: [
      'Ninguna cita coincide',
      'Ninguna cita coincide con este código junto con este correo electrónico o teléfono. Compruebe ambos datos.',
    ],
    activation_expired: [
      'El plazo para confirmar ha terminado',
      'La cita no se confirmó a tiempo y ha quedado libre. Elija de nuevo una hora; lo que ha escrito se conserva.',
    ],
    email_needed: [
      'Hace falta un correo electrónico',
      'Escriba una dirección de correo electrónico: allí enviamos la confirmación.',
    ],
    template_syntax: ['No se puede leer la plantilla', 'El texto no es una plantilla válida: {detail}'],
    template_variable: ['Variable desconocida', 'Los mensajes de este tipo no tienen la variable {detail}.'],
    unreadable_message: ['No se puede leer el mensaje', 'No se ha podido leer el mensaje: {reason}'],
    address_not_allowed: [
      'Dirección no permitida',
      'Esta dirección no se puede usar ({reason}). Hace falta una dirección https que no esté en redes privadas.',
    ],
    not_for_test_tenants: [
      'No para entidades de prueba',
      'Una entidad de prueba no puede tener entidades de prueba. Use una clave de la entidad que la creó.',
    ],
    not_in_test_mode: [
      'Solo en modo de prueba',
      'Esto solo es posible en una entidad de prueba, cuyas claves empiezan por "agt.".',
    ],
    clock_moving: [
      'El reloj se está moviendo',
      'Otra llamada está moviendo el reloj de esta entidad. Espere su respuesta.',
    ],
    clock_backwards: ['El reloj no retrocede', 'El reloj marca {now}. Elija ese instante o uno posterior.'],
    limit_reached: ['Límite alcanzado', 'Ya hay {max}, que es el máximo.'],
    offer_over: ['La oferta ha terminado', 'Ya no le guardamos esta hora. Su cita, si la tiene, sigue como estaba.'],
    unreadable_calendar: ['No se puede leer el calendario', 'No se ha podido leer el calendario: {reason}'],
    script_in_use: [
      'Guion en uso',
      'Hay campañas, servicios o llamadas entrantes que usan este guion ({count}). Asígneles antes otro guion.',
    ],
    campaign_in_use: [
      'Hay llamadas pendientes',
      'Esta campaña tiene llamadas pendientes ({open}). Espere a que terminen, o cancélelas, antes de archivarla.',
    ],
    window_full: [
      'Esta franja está completa',
      'Todas las llamadas de esa franja están comprometidas. Elija una de las franjas más próximas.',
    ],
    agent_not_free: [
      'Esa persona no está libre a esa hora',
      'Está ausente o tiene otro compromiso. Elija otra hora o deje que llame cualquier persona.',
    ],
    script_faults: ['No se puede publicar el guion', 'Contiene errores ({count}); cada uno se indica con su paso.'],
    script_not_published: ['No hay guion', 'El guion todavía no está publicado, o lleva a otro que no lo está.'],
    conversation_over: ['La conversación ha terminado', 'Vuelva a uno de sus pasos para cambiar una respuesta.'],
    conversation_moved_on: ['La conversación ha avanzado', 'Ahora está abierto otro paso. Léalo y responda a ese.'],
    answer_out_of_range: ['Respuesta fuera de los límites', 'La respuesta a "{label}" debe estar entre {min} y {max}.'],
    no_address: [
      'No hay adónde escribir',
      'No tenemos datos de contacto de esta persona para escribirle por {channel}.',
    ],
    window_closed: [
      'A esa hora no se llama',
      'En ese momento nadie puede llamar. Elija una de las franjas más próximas.',
    ],
    do_not_call: ['A este número no se llama', 'El número está en la lista de quienes no quieren recibir llamadas.'],
    too_many_callbacks: [
      'Demasiadas peticiones para este número',
      'Para este número se han pedido {max} llamadas en un día. Vuelva a intentarlo mañana.',
    ],
    campaign_full: [
      'Por ahora no admitimos más llamadas',
      'Ya hay {max} llamadas pendientes. Vuelva a intentarlo más tarde.',
    ],
    sign_in_refused: ['No ha podido entrar', 'El correo electrónico o la contraseña no son correctos.'],
    sign_in_paused: [
      'Demasiados intentos',
      'Tras muchos intentos, el acceso se detiene unos minutos. Espere un poco o pida una contraseña nueva ' +
        'por correo electrónico: funciona al momento.',
    ],
    code_refused: [
      'Código incorrecto',
      'El código no es correcto o ya se ha usado. Escriba el que la aplicación muestra ahora.',
    ],
    passkey_refused: [
      'Llave de acceso no aceptada',
      'No se ha podido comprobar la llave de acceso (passkey), o la petición era demasiado antigua. ' +
        'Inténtelo otra vez o use su contraseña.',
    ],
    sign_in_again: [
      'Entre de nuevo',
      'Entró hace más de cinco minutos. Salga, vuelva a entrar y cambie después su segundo factor.',
    ],
    not_oneself: [
      'No aquí para su propia cuenta',
      'Su propia contraseña y su segundo factor se cambian en la página de su cuenta.',
    ],
    second_factor_needed: [
      'Hace falta un segundo factor',
      'Su función requiere un segundo factor. Actívelo antes en su cuenta.',
    ],
    email_taken: ['Dirección ya en uso', 'Ya hay alguien que entra con este correo electrónico.'],
    last_administrator: [
      'Solo queda una persona que administra',
      'Debe quedar alguien que administre. Dé antes ese permiso a otra persona.',
    ],
    password_short: [
      'Contraseña demasiado corta',
      'Use al menos 10 caracteres; varias palabras son fáciles de recordar.',
    ],
    password_weak: [
      'Contraseña demasiado fácil',
      'Esta contraseña es fácil de adivinar. Varias palabras sin relación entre sí forman una mejor.',
    ],
    password_breached: [
      'Contraseña conocida',
      'Esta contraseña está en listas que se usan para forzar accesos. Elija otra.',
    ],
    outside_reach: ['Fuera de su ámbito', 'Solo puede hacerlo para sus propias sedes y su personal.'],
    provider_failed: [
      'Servicio de acceso',
      'El servicio de acceso de la entidad no respondió como se esperaba ({reason}). Inténtelo de nuevo o use su contraseña.',
    ],
    provider_unproven: [
      'Identidad no acreditada',
      'El servicio de acceso no ha comunicado ni el número fiscal ni una dirección de correo verificada. Entre con un código.',
    ],
    wallet_keys_unfit: [
      'Claves no válidas',
      'Con estas claves no se puede firmar ningún pase. Compruebe el certificado y la clave.',
    ],
    provider_unknown_person: [
      'Sin acceso',
      'El servicio de acceso le conoce, pero aquí no consta usted. Pida una invitación a quien administra.',
    ],
    not_mergeable: ['No se pueden unir', 'Elija dos personas distintas.'],
    folder_in_use: [
      'Carpeta de datos en uso',
      'La carpeta de datos {folder} está en uso por el proceso {owner}. Detenga ese proceso, elija otra ' +
        'carpeta con --data o defina DATABASE_URL.',
    ],
    database_too_old: [
      'PostgreSQL demasiado antiguo',
      'Hace falta PostgreSQL 15 o posterior; este servidor es {version}.',
    ],
    database_not_empty: [
      'La base de datos no está vacía',
      'La base de datos de destino ya contiene datos; restaure en una vacía.',
    ],
    invalid_setting: ['Ajuste no válido', 'El ajuste {name} no es válido: {expected}.'],
  },
  faults: {
    missing: 'Este campo es obligatorio.',
    unknown_field: 'Este campo no se conoce aquí.',
    wrong_type: 'Debe ser de tipo {limit}.',
    give_one: 'Indique exactamente uno de {limit}.',
    wrong_format: 'Debe tener la forma {limit}.',
    too_deep: 'Demasiados niveles anidados: como máximo {limit}.',
    not_allowed: 'Debe ser uno de estos valores: {limit}.',
    too_short: 'Debe tener al menos {limit} caracteres.',
    too_long: 'Puede tener {limit} caracteres como máximo.',
    too_small: 'Debe ser {limit} como mínimo.',
    too_large: 'Puede ser {limit} como máximo.',
    too_few: 'Debe tener al menos {limit} elementos.',
    too_many: 'Puede tener {limit} elementos como máximo.',
    repeated: 'Los elementos no deben repetirse.',
    invalid: 'No es válido.',
  },
}
