// The demo's texts in Spanish.

export const WORDS_ES = {
  services: {
    cie: {
      language: 'es',
      name: 'Carné de identidad electrónico',
      category: 'Padrón municipal',
      description: 'Primera expedición, renovación, robo o pérdida.',
      whatToBring: 'Una foto de carné reciente, el documento anterior o la denuncia, su tarjeta sanitaria.',
      cost: '22,21 euros, con tarjeta o en efectivo en la ventanilla.',
      whoCanGo: 'Nadie: se toman las huellas. Los menores vienen con su padre o su madre.',
      keywords: [
        ...['DNI', 'carné', 'carnet de identidad', 'documento de identidad', 'cédula', 'DNI perdido'],
        ...['DNI robado', 'DNI caducado', 'renovar DNI', 'CIE'],
      ],
      questions: [
        {
          id: 'motivo',
          label: 'Motivo de su solicitud',
          options: ['Primera expedición', 'Renovación', 'Robo o pérdida'],
        },
        { id: 'dettagli', label: 'Detalles' },
      ],
    },
    residenza: {
      language: 'es',
      name: 'Cambio de residencia',
      category: 'Padrón municipal',
      whatToBring: 'Los documentos de identidad de todos los convivientes, el contrato o la escritura de la vivienda.',
      cost: 'Gratuito.',
      whoCanGo: 'Un miembro mayor de edad del hogar, con los documentos de todos.',
      keywords: [
        ...['mudanza', 'mudarse', 'empadronamiento', 'empadronarse', 'padrón', 'cambio de domicilio'],
        ...['nueva dirección', 'cambio de casa', 'domicilio'],
      ],
    },
    'stato-civile': {
      language: 'es',
      name: 'Registro civil: nacimientos, matrimonios, ciudadanía',
      category: 'Registro civil',
      cost: 'Gratuito; certificados con timbre fiscal, 16 euros.',
      keywords: [
        ...['nacimiento', 'partida de nacimiento', 'boda', 'casarse', 'matrimonio', 'divorcio'],
        ...['defunción', 'certificado', 'nacionalidad', 'pareja de hecho'],
      ],
    },
    tributi: {
      language: 'es',
      name: 'Impuestos locales: inmuebles, basura, pago a plazos',
      category: 'Impuestos',
      whatToBring: 'El aviso que ha recibido y el código fiscal del titular.',
      cost: 'Gratuito.',
      whoCanGo: 'Cualquier persona, con una autorización firmada y una copia del documento del titular.',
      keywords: [
        ...['impuesto', 'impuestos', 'basura', 'tasa de basura', 'IBI', 'recibo', 'pagar a plazos'],
        ...['devolución', 'IMU', 'TARI'],
      ],
      questions: [{ id: 'avviso', label: 'Número del aviso' }],
    },
    sociale: {
      language: 'es',
      name: 'Entrevista con trabajo social',
      category: 'Servicios sociales',
      cost: 'Gratuito y confidencial.',
      keywords: [
        ...['ayuda', 'ayudas', 'trabajadora social', 'asistente social', 'mayores', 'discapacidad'],
        ...['dependencia', 'vivienda social', 'niños', 'ayuda a domicilio'],
      ],
    },
    telefono: {
      language: 'es',
      name: 'Atención telefónica',
      category: 'Información',
      keywords: [
        ...['información', 'llamada', 'llamar', 'teléfono', 'pregunta', 'consulta'],
        ...['horario', 'horarios', 'hablar con alguien'],
      ],
    },
    spid: {
      language: 'es',
      name: 'Taller: SPID y servicios digitales',
      category: 'Información',
      cost: 'Gratuito.',
      keywords: [
        ...['identidad digital', 'SPID', 'ordenador', 'informática', 'curso', 'internet'],
        ...['trámites online', 'contraseña', 'app IO'],
      ],
    },
  },
  locations: {
    municipio: {
      language: 'es',
      name: 'Ayuntamiento, padrón y registro civil',
      directions: 'Autobuses 3 y 7, parada Repubblica. Aparcamiento con plazas reservadas detrás del edificio.',
    },
    tributi: {
      language: 'es',
      name: 'Palazzo Nuovo, oficina de impuestos',
      directions: 'A dos minutos a pie del ayuntamiento. Tres escalones en la entrada.',
    },
    sociale: {
      language: 'es',
      name: 'Casa de la comunidad, servicios sociales',
      directions: 'Autobús 7, parada Mulini.',
    },
    centralino: { language: 'es', name: 'Centralita de atención' },
  },
}
