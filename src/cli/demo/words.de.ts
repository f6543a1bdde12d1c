// The demo's texts in German.

export const WORDS_DE = {
  services: {
    cie: {
      language: 'de',
      name: 'Elektronischer Personalausweis',
      category: 'Einwohnermeldeamt',
      description: 'Erstausstellung, Verlängerung, Diebstahl oder Verlust.',
      whatToBring:
        'Ein aktuelles Passfoto, den alten Ausweis oder die Verlust- oder Diebstahlanzeige, die Gesundheitskarte.',
      cost: '22,21 Euro, mit Karte oder bar am Schalter.',
      whoCanGo: 'Niemand: Es werden Fingerabdrücke genommen. Minderjährige kommen mit einem Elternteil.',
      keywords: [
        ...['Ausweis', 'Personalausweis', 'Perso', 'Identitätskarte', 'Ausweis verloren', 'Ausweis gestohlen'],
        ...['Ausweis verlängern', 'Ausweis abgelaufen', 'neuer Ausweis', 'CIE'],
      ],
      questions: [
        {
          id: 'motivo',
          label: 'Grund Ihres Antrags',
          options: ['Erstausstellung', 'Verlängerung', 'Diebstahl oder Verlust'],
        },
        { id: 'dettagli', label: 'Einzelheiten' },
      ],
    },
    residenza: {
      language: 'de',
      name: 'Wohnsitzwechsel',
      category: 'Einwohnermeldeamt',
      whatToBring: 'Die Ausweise aller Haushaltsmitglieder, den Mietvertrag oder den Eigentumsnachweis der Wohnung.',
      cost: 'Kostenlos.',
      whoCanGo: 'Ein volljähriges Haushaltsmitglied, mit den Ausweisen aller.',
      keywords: [
        ...['Umzug', 'umziehen', 'ummelden', 'anmelden', 'Wohnsitz', 'Wohnung anmelden'],
        ...['neue Adresse', 'Adressänderung', 'Meldebescheinigung'],
      ],
    },
    'stato-civile': {
      language: 'de',
      name: 'Standesamt: Geburten, Eheschließungen, Staatsbürgerschaft',
      category: 'Standesamt',
      cost: 'Kostenlos; Urkunden mit Stempelmarke 16 Euro.',
      keywords: [
        ...['Heirat', 'heiraten', 'Hochzeit', 'Geburt', 'Geburtsurkunde', 'Scheidung'],
        ...['Todesfall', 'Urkunde', 'Einbürgerung', 'Lebenspartnerschaft'],
      ],
    },
    tributi: {
      language: 'de',
      name: 'Gemeindesteuern: Immobilien, Müll, Ratenzahlung',
      category: 'Steuern',
      whatToBring: 'Den erhaltenen Bescheid und die Steuernummer der darin genannten Person.',
      cost: 'Kostenlos.',
      whoCanGo: 'Jede Person, mit unterschriebener Vollmacht und einer Ausweiskopie der genannten Person.',
      keywords: [
        ...['Steuer', 'Steuern', 'Müll', 'Müllgebühr', 'Grundsteuer', 'Steuerbescheid', 'Ratenzahlung'],
        ...['Rückerstattung', 'IMU', 'TARI'],
      ],
      questions: [{ id: 'avviso', label: 'Nummer des Bescheids' }],
    },
    sociale: {
      language: 'de',
      name: 'Gespräch mit dem Sozialdienst',
      category: 'Soziales',
      cost: 'Kostenlos und vertraulich.',
      keywords: [
        ...['Hilfe', 'Unterstützung', 'Sozialhilfe', 'Pflege', 'Senioren', 'Behinderung'],
        ...['Sozialwohnung', 'Kinder', 'Sozialarbeiter', 'Hilfe zu Hause'],
      ],
    },
    telefono: {
      language: 'de',
      name: 'Beratung am Telefon',
      category: 'Auskunft',
      keywords: [
        ...['Auskunft', 'Information', 'Anruf', 'anrufen', 'Telefon', 'Rückruf'],
        ...['Frage', 'Öffnungszeiten', 'mit jemandem sprechen'],
      ],
    },
    spid: {
      language: 'de',
      name: 'Workshop: SPID und digitale Dienste',
      category: 'Auskunft',
      cost: 'Kostenlos.',
      keywords: [
        ...['digitale Identität', 'SPID', 'Computer', 'Computerkurs', 'Kurs', 'Internet'],
        ...['online', 'Passwort', 'App IO'],
      ],
    },
  },
  locations: {
    municipio: {
      language: 'de',
      name: 'Rathaus, Einwohnermeldeamt und Standesamt',
      directions: 'Bus 3 und 7, Haltestelle Repubblica. Parkplatz mit reservierten Plätzen hinter dem Gebäude.',
    },
    tributi: {
      language: 'de',
      name: 'Palazzo Nuovo, Steueramt',
      directions: 'Zwei Gehminuten vom Rathaus. Drei Stufen am Eingang.',
    },
    sociale: { language: 'de', name: 'Gemeinschaftshaus, Sozialdienste', directions: 'Bus 7, Haltestelle Mulini.' },
    centralino: { language: 'de', name: 'Telefonschalter' },
  },
}
