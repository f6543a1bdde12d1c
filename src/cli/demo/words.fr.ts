// The demo's texts in French.

export const WORDS_FR = {
  services: {
    cie: {
      language: 'fr',
      name: 'Carte d’identité électronique',
      category: 'Population',
      description: 'Première demande, renouvellement, vol ou perte.',
      whatToBring:
        'Une photo d’identité récente, l’ancienne carte ou la déclaration de vol ou de perte, votre carte de santé.',
      cost: '22,21 euros, par carte ou en espèces au guichet.',
      whoCanGo: 'Personne : vos empreintes sont relevées. Les mineurs viennent avec un parent.',
      keywords: [
        ...['carte identité', 'carte d’identité', 'pièce d’identité', 'papiers', 'CNI', 'carte perdue'],
        ...['carte volée', 'carte périmée', 'renouveler', 'CIE'],
      ],
      questions: [
        {
          id: 'motivo',
          label: 'Motif de votre demande',
          options: ['Première demande', 'Renouvellement', 'Vol ou perte'],
        },
        { id: 'dettagli', label: 'Précisions' },
      ],
    },
    residenza: {
      language: 'fr',
      name: 'Changement de résidence',
      category: 'Population',
      whatToBring: 'Les pièces d’identité de tous les membres du foyer, le bail ou le titre de propriété du logement.',
      cost: 'Gratuit.',
      whoCanGo: 'Un membre majeur du foyer, avec les pièces d’identité de tous.',
      keywords: [
        ...['déménagement', 'déménager', 'emménager', 'changement adresse', 'nouvelle adresse', 'domicile'],
        ...['domiciliation', 'certificat de résidence', 'inscription mairie'],
      ],
    },
    'stato-civile': {
      language: 'fr',
      name: 'État civil : naissances, mariages, citoyenneté',
      category: 'État civil',
      cost: 'Gratuit ; certificats avec droit de timbre 16 euros.',
      keywords: [
        ...['naissance', 'acte de naissance', 'mariage', 'se marier', 'divorce', 'décès'],
        ...['certificat', 'nationalité', 'union civile', 'PACS'],
      ],
    },
    tributi: {
      language: 'fr',
      name: 'Impôts locaux : immobilier, déchets, paiement échelonné',
      category: 'Impôts',
      whatToBring: 'L’avis que vous avez reçu et le code fiscal de la personne qui y figure.',
      cost: 'Gratuit.',
      whoCanGo: 'Toute personne munie d’une procuration signée et d’une copie de la pièce d’identité de l’intéressé.',
      keywords: [
        ...['impôt', 'impôts', 'taxe', 'taxe foncière', 'poubelles', 'ordures ménagères', 'payer'],
        ...['remboursement', 'IMU', 'TARI'],
      ],
      questions: [{ id: 'avviso', label: 'Numéro de l’avis' }],
    },
    sociale: {
      language: 'fr',
      name: 'Entretien avec le service social',
      category: 'Services sociaux',
      cost: 'Gratuit et confidentiel.',
      keywords: [
        ...['aide', 'aide sociale', 'assistante sociale', 'allocation', 'personnes âgées', 'handicap'],
        ...['HLM', 'logement', 'enfants', 'aide à domicile'],
      ],
    },
    telefono: {
      language: 'fr',
      name: 'Assistance par téléphone',
      category: 'Renseignements',
      keywords: [
        ...['renseignement', 'information', 'appel', 'appeler', 'téléphone', 'question'],
        ...['horaires', 'être rappelé', 'parler à quelqu’un'],
      ],
    },
    spid: {
      language: 'fr',
      name: 'Atelier : SPID et services numériques',
      category: 'Renseignements',
      cost: 'Gratuit.',
      keywords: [
        ...['identité numérique', 'SPID', 'ordinateur', 'informatique', 'cours', 'internet'],
        ...['en ligne', 'mot de passe', 'appli IO'],
      ],
    },
  },
  locations: {
    municipio: {
      language: 'fr',
      name: 'Mairie, population et état civil',
      directions: 'Bus 3 et 7, arrêt Repubblica. Parking avec places réservées derrière le bâtiment.',
    },
    tributi: {
      language: 'fr',
      name: 'Palazzo Nuovo, service des impôts',
      directions: 'À deux minutes à pied de la mairie. Trois marches à l’entrée.',
    },
    sociale: { language: 'fr', name: 'Maison de la communauté, services sociaux', directions: 'Bus 7, arrêt Mulini.' },
    centralino: { language: 'fr', name: 'Accueil téléphonique' },
  },
}
