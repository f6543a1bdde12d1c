// PURE. Spanish texts of the waiting room.
export const lineWords = {
  joinTitle: 'En este momento muchas personas quieren reservar',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0
      ? 'Usted sería la siguiente persona.'
      : `${ahead === 1 ? 'Hay una persona' : `Hay ${ahead} personas`} en la cola. Su turno llegaría ${when}.`,
  drawTitle: (clock: string) => `Las reservas se abren a las ${clock}`,
  drawText: (clock: string) =>
    `Quien esté aquí antes de las ${clock} participa en un sorteo del orden. Llegar antes no da ventaja.`,
  join: 'Ponerse en la cola',
  joinDraw: 'Participar en el sorteo',
  placeTitle: 'Está en la cola',
  ahead: (n: number) =>
    n === 0
      ? 'Usted es la siguiente persona.'
      : n === 1
        ? 'Hay una persona delante de usted.'
        : `Hay ${n} personas delante de usted.`,
  turnAt: (when: string, clock: string) => `Su turno llega ${when}, hacia las ${clock}.`,
  soon: 'en menos de un minuto',
  inMinutes: (n: number) => (n === 1 ? 'en un minuto aproximadamente' : `en unos ${n} minutos`),
  inHours: (n: number) => `en unas ${n} horas`,
  keep:
    'Deje abierta esta página: avanza sola. Si la cierra, vuelva a abrirla en este navegador en el plazo ' +
    'de un día: su lugar se conserva.',
  drawnTitle: 'Participa en el sorteo',
  inDraw: (n: number) => (n === 1 ? 'Por ahora solo está usted.' : `Hasta ahora participan ${n} personas.`),
  drawAt: (clock: string, when: string) => `El orden se sortea a las ${clock}, ${when}.`,
  turn: 'Es su turno',
  again: 'Mirar de nuevo',
  crowded:
    'Muchas personas con su conexión ya están en la cola. Active JavaScript en su navegador o inténtelo de nuevo en unos minutos.',
  noCookies:
    'Su navegador no ha guardado su lugar: para eso necesita cookies. Permítalas, o abra la página en una ventana propia.',
}
