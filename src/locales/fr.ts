// PURE. French texts of all problem codes and field faults. `{name}` is replaced by the problem's parameter.
import type { Words } from './en.ts'

export const fr: Words = {
  problems: {
    invalid_request: [
      'La requête n’est pas valide',
      'La requête contient {count} erreur(s), chacune signalée à sa place. Rien n’a été modifié.',
    ],
    malformed_http: ['Pas une requête HTTP', 'Ce qui a été reçu n’est pas une requête HTTP/1.1.'],
    head_too_large: ['En-têtes trop volumineux', 'L’adresse et les en-têtes sont, ensemble, trop volumineux.'],
    invalid_json: [
      'Le contenu n’est pas du JSON',
      'Le contenu n’a pas pu être lu comme du JSON. Vérifiez les guillemets, les virgules et l’encodage (UTF-8).',
    ],
    unauthenticated: [
      'Connexion nécessaire',
      'Envoyez une clé API valide avec "Authorization: Bearer …". La clé est peut-être inconnue, révoquée ou expirée.',
    ],
    forbidden: ['Non autorisé', 'Cette clé ne le permet pas ; il faut l’autorisation « {scope} ».'],
    not_found: ['Introuvable', 'Élément introuvable ({what}).'],
    body_too_large: ['Contenu trop volumineux', 'Le contenu de la requête ne peut pas dépasser {limit} octets.'],
    unsupported_media_type: ['Format non accepté', 'Envoyez le contenu en application/json.'],
    precondition_required: [
      'If-Match manquant',
      'Envoyez dans If-Match le dernier ETag que vous avez lu, pour n’écraser la modification de personne.',
    ],
    precondition_failed: [
      'Modifié entre-temps',
      'Quelqu’un a modifié cet élément après votre lecture (version actuelle : {version}). ' +
        'Relisez-le et refaites votre modification.',
    ],
    idempotency_key_reused: [
      'Idempotency-Key déjà utilisée',
      'Cette Idempotency-Key a servi pour une autre requête. Utilisez-en une nouvelle pour chaque nouvelle requête.',
    ],
    idempotency_key_invalid: [
      'Idempotency-Key non valide',
      'Utilisez de 8 à 255 caractères ASCII visibles, par exemple un UUID.',
    ],
    invalid_cursor: ['Curseur non valide', 'Utilisez le curseur tel que la page précédente l’a renvoyé.'],
    internal_error: [
      'Un problème est survenu',
      'L’erreur vient de nous ; elle est enregistrée avec l’identifiant de la requête. Réessayez plus tard.',
    ],
    sign_in_busy: ['Beaucoup de connexions en ce moment', 'Réessayez dans quelques secondes.'],
    secret_unreadable: [
      'Un secret ne peut pas être ouvert',
      'Il a été scellé avec la clé {key}, dont ce processus ne dispose pas. L’exploitant doit l’ajouter à AGENDA_SECRET_KEY.',
    ],
    stopping: ['Arrêt imminent', 'Ce processus va s’arrêter. Envoyez les requêtes à un autre.'],
    database_unavailable: [
      'Momentanément indisponible',
      'La base de données est injoignable. Réessayez dans quelques secondes avec la même Idempotency-Key.',
    ],
    conflict: ['Conflit', 'La modification contredit les données enregistrées. Relisez l’état actuel et réessayez.'],
    invalid_reference: ['Référence inconnue', 'Aucun élément actif ({what}) n’a l’identifiant {id}.'],
    invalid_recurrence: [
      'Règle de récurrence non valide',
      'La partie {part} de la règle n’est pas utilisable. Sont admis : FREQ=DAILY|WEEKLY|MONTHLY|YEARLY avec ' +
        'INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, UNTIL, COUNT, WKST.',
    ],
    number_not_called: [
      'Nous n’appelons pas ce numéro',
      'Nous appelons uniquement les numéros ordinaires des pays de cette campagne, jamais les numéros surtaxés, ' +
        'à coûts partagés ou par satellite.',
    ],
    too_many_streams: [
      'Trop de flux ouverts',
      'Fermez-en un, ou partagez la lecture d’un seul : chaque flux transmet tous les changements.',
    ],
    recurrence_never_falls: [
      'La règle ne donne aucune date',
      'La règle de récurrence ne donne aucune date entre le {from} et le {to}.',
    ],
    date_too_far: ['Date trop éloignée', 'Choisissez une date entre le {from} et le {to}.'],
    invalid_window: [
      'Plage horaire non valide',
      'La plage {from}–{to} en chevauche une autre, ou une pause se trouve hors de sa plage.',
    ],
    invalid_period: ['Période non valide', 'La fin doit suivre le début, tous deux à la minute pleine.'],
    external_id_taken: ['Identifiant externe déjà utilisé', 'Un autre élément a cet identifiant externe.'],
    slug_taken: ['Nom court déjà utilisé', 'Un autre organisme a le nom court « {slug} ».'],
    schedule_overlap: [
      'Horaires qui se chevauchent',
      'Une autre version de ces horaires est valable sur cette période.',
    ],
    contact_exists: [
      'Contact déjà enregistré',
      'Il existe déjà un contact avec le même nom et la même adresse e-mail ou le même téléphone.',
    ],
    still_in_use: [
      'Encore utilisé',
      '{count} rendez-vous à venir en dépendent. Commencez par les déplacer ou les annuler.',
    ],
    archived: ['Archivé', 'Cet élément est archivé et ne peut plus être modifié.'],
    managed_by_pool: ['Géré par son groupe', 'Les guichets se modifient depuis leur groupe.'],
    invalid_service_rules: ['Les règles du service se contredisent', 'La règle {rule} en contredit une autre.'],
    unknown_holidays: ['Pays ou région inconnus', 'Aucun jour férié n’est connu pour {country} {region}.'],
    invalid_phone: [
      'Numéro de téléphone non valide',
      '{phone} n’est pas un numéro possible. Écrivez-le avec l’indicatif international, ou indiquez le pays.',
    ],
    range_too_long: ['Période trop longue', 'Demandez 92 jours au plus, avec une fin qui ne précède pas le début.'],
    services_not_combinable: [
      'Services non combinables',
      'Ces services ne peuvent pas être réservés pour une même visite. Réservez-les séparément.',
    ],
    service_unavailable: ['Service indisponible', 'Le service {service} n’est plus proposé.'],
    duration_not_offered: ['Durée non proposée', 'Le service n’est pas proposé pour une durée de {minutes} minutes.'],
    channel_not_offered: ['Mode non proposé', 'Le service n’est pas proposé sous cette forme.'],
    agent_not_qualified: [
      'L’agent n’assure pas ce service',
      'L’agent choisi n’assure pas ce service. Choisissez un autre agent, ou laissez le choix libre.',
    ],
    agent_elsewhere: [
      'L’agent travaille ailleurs',
      'L’agent choisi ne travaille pas dans ce lieu. Choisissez un autre lieu ou un autre agent.',
    ],
    outside_schedule: [
      'Hors des horaires',
      'Il n’y a personne à cette heure-là. Choisissez l’un des créneaux proposés.',
    ],
    outside_location_hours: [
      'Lieu fermé',
      'Ce lieu est fermé à cette heure-là. Choisissez l’un des créneaux proposés.',
    ],
    holiday: ['Jour férié', 'Ce jour est férié. Choisissez un autre jour.'],
    closure: ['Fermeture', 'Ce lieu est exceptionnellement fermé. Choisissez un autre jour ou un autre lieu.'],
    absence: ['Agent absent', 'L’agent est absent à ce moment-là. Choisissez un autre créneau ou un autre agent.'],
    does_not_fit: [
      'Pas assez de temps',
      'La visite ne tient pas avant la fermeture. Choisissez un créneau qui commence plus tôt.',
    ],
    not_on_grid: [
      'Horaire non proposé',
      'Aucun rendez-vous ne commence à cette minute. Choisissez l’un des créneaux proposés.',
    ],
    too_soon: ['Trop tôt', 'Ce créneau est trop proche ou déjà passé. Choisissez-en un plus éloigné.'],
    too_late_for_next_day: [
      'Trop tard pour demain',
      'Il n’est plus possible de réserver aujourd’hui pour demain. Choisissez un jour suivant.',
    ],
    beyond_horizon: [
      'Date trop lointaine',
      'Cette date n’est pas encore ouverte à la réservation. Choisissez-en une plus proche.',
    ],
    reserved_for_staff: [
      'Réservé à l’accueil',
      'Seul l’accueil attribue ce créneau. Choisissez-en un autre ou téléphonez à l’accueil.',
    ],
    day_limit_reached: [
      'Journée complète',
      'Le nombre de rendez-vous prévu pour ce jour est atteint. Choisissez un autre jour.',
    ],
    week_limit_reached: [
      'Semaine complète',
      'Le nombre de rendez-vous prévu pour cette semaine est atteint. Choisissez une autre semaine.',
    ],
    slot_taken: ['Créneau tout juste pris', 'Quelqu’un d’autre a pris ce créneau. Choisissez-en un autre.'],
    slot_held: [
      'Créneau en cours de réservation',
      'Quelqu’un réserve ce créneau en ce moment. Choisissez-en un autre, ou réessayez dans quelques minutes.',
    ],
    recently_released: [
      'Pas encore de nouveau libre',
      'Ce créneau vient d’être libéré et rouvrira sous peu. Choisissez-en un autre.',
    ],
    seats_exhausted: ['Plus de places', 'Il ne reste pas assez de places. Choisissez un autre créneau.'],
    no_agent_free: ['Personne de disponible', 'Aucun agent n’est libre à cette heure-là. Choisissez-en une autre.'],
    contact_limit_reached: [
      'Trop de rendez-vous',
      'Cette personne a atteint le nombre de rendez-vous permis sur cette période.',
    ],
    hold_expired: [
      'Réservation provisoire expirée',
      'Ce créneau vous était réservé, mais le délai est passé. Choisissez un nouveau créneau ; rien d’autre n’est perdu.',
    ],
    hold_mismatch: [
      'Différent de la réservation provisoire',
      'La réservation provisoire porte sur un autre service, créneau ou lieu. N’envoyez pas ces champs en la confirmant.',
    ],
    contact_required: ['Contact manquant', 'Indiquez pour qui est le rendez-vous : contactId ou contact.'],
    answer_required: ['Réponse manquante', 'Il faut répondre à la question « {label} ».'],
    answer_invalid: ['Réponse non valide', 'La réponse à « {label} » n’est pas valide.'],
    answer_unknown: ['Question inconnue', 'Le service ne demande pas « {id} ».'],
    too_late_to_cancel: [
      'Trop tard pour annuler',
      'L’annulation est possible jusqu’à {minutes} minutes avant. Contactez l’accueil.',
    ],
    too_late_to_move: [
      'Trop tard pour déplacer',
      'Le déplacement est possible jusqu’à {minutes} minutes avant. Contactez l’accueil.',
    ],
    reason_required: ['Motif nécessaire', 'Une exception aux règles demande un motif, qui est enregistré.'],
    staff_only: ['Réservé au personnel', 'Seul le personnel peut le faire.'],
    invalid_transition: ['Impossible dans cet état', 'L’état actuel est {status} ; il ne permet pas « {action} ».'],
    not_started_yet: ['Pas encore commencé', 'Le résultat s’enregistre une fois le rendez-vous commencé.'],
    undo_over: [
      'Trop tard pour revenir en arrière',
      'On peut revenir en arrière pendant dix minutes, si rien d’autre ne s’est passé depuis.',
    ],
    too_many_rivals: ['Forte affluence', 'Beaucoup de personnes réservent en même temps. Réessayez dans un instant.'],
    illegible_theme: [
      'Couleurs illisibles',
      '{text} sur {background} a un contraste de {ratio}:1 ; il faut au moins {least}:1 (WCAG 2.2 AA).',
    ],
    proof_needed: [
      'Ajoutez une adresse e-mail',
      'Beaucoup de réservations de ce jour ne sont pas confirmées. Les places restantes vont aux personnes qui ' +
        'confirment par e-mail : ajoutez votre adresse et ouvrez le lien que nous vous envoyons. Vous pouvez ' +
        'aussi téléphoner à l’accueil.',
    ],
    day_crowded: [
      'Ce jour est très demandé en ce moment',
      'Choisissez un autre jour, ou réessayez dans quelques minutes : les créneaux non confirmés se libèrent.',
    ],
    work_needed: [
      'Encore un instant',
      'Il y a beaucoup de demandes, et votre navigateur prouve que vous n’êtes pas un robot. Cela prend ' +
        'quelques secondes : appuyez ensuite de nouveau. Votre créneau est toujours choisi.',
    ],
    too_many_open: [
      'Trop de rendez-vous en cours',
      'Cette adresse e-mail ou ce numéro a déjà {max} rendez-vous en cours. Annulez ceux qui sont inutiles, ' +
        'ou contactez l’accueil.',
    ],
    too_many_requests: [
      'Trop de requêtes',
      'Trop de requêtes en peu de temps : avec cette clé, de votre part ou depuis votre réseau. Réessayez dans {minutes} min.',
    ],
    booking_closed: [
      'Réservation en ligne fermée',
      'La réservation en ligne n’est pas possible ici pour le moment. Contactez l’accueil.',
    ],
    draft_gone: [
      'Cette réservation n’est plus ouverte',
      'Elle est restée trop longtemps en attente, ou a commencé dans un autre navigateur. Recommencez ; ' +
        'aucun rendez-vous n’a été pris.',
    ],
    access_over: [
      'Votre accès est terminé',
      'Il dure deux heures. Demandez un nouveau code pour ouvrir vos rendez-vous.',
    ],
    link_invalid: [
      'Ce lien ne fonctionne pas',
      'Il est incomplet, ou un plus récent l’a remplacé. Retrouvez le rendez-vous avec son code.',
    ],
    changed_elsewhere: [
      'Modifiée dans une autre fenêtre',
      'Cette réservation a été modifiée dans une autre fenêtre. Vérifiez-la ci-dessous et continuez.',
    ],
    cross_site: [
      'Envoyé depuis un autre site',
      'Pour votre sécurité, nous n’acceptons les formulaires que depuis nos propres pages. ' +
        'Ouvrez la page ici et renvoyez le formulaire.',
    ],
    already_extended: [
      'Déjà prolongé',
      'Le délai ne peut être prolongé qu’une fois. Terminez maintenant, ou choisissez de nouveau un créneau plus tard ; ' +
        'ce que vous avez écrit est conservé.',
    ],
    appointment_not_matched: [
      'Aucun rendez-vous ne correspond',
      'Aucun rendez-vous ne correspond à ce code avec cette adresse e-mail ou ce numéro de téléphone. Vérifiez les deux.',
    ],
    activation_expired: [
      'Le délai de confirmation est passé',
      'Le rendez-vous n’a pas été confirmé à temps et le créneau a été libéré. Choisissez-en un nouveau ; ' +
        'ce que vous avez écrit est conservé.',
    ],
    email_needed: ['Il faut une adresse e-mail', 'Écrivez une adresse e-mail : la confirmation y sera envoyée.'],
    template_syntax: ['Modèle illisible', 'Le texte n’est pas un modèle valide : {detail}'],
    template_variable: ['Variable inconnue', 'Les messages de ce type n’ont pas de variable {detail}.'],
    unreadable_message: ['Message illisible', 'Le message n’a pas pu être lu : {reason}'],
    address_not_allowed: [
      'Adresse non autorisée',
      'Cette adresse n’est pas utilisable ({reason}). Il faut une adresse https hors des réseaux privés.',
    ],
    not_for_test_tenants: [
      'Pas pour les organismes de test',
      'Un organisme de test ne peut pas avoir d’organismes de test. Utilisez une clé de l’organisme qui l’a créé.',
    ],
    not_in_test_mode: [
      'Seulement en mode test',
      'Cela n’est possible que dans un organisme de test, dont les clés commencent par « agt. ».',
    ],
    clock_moving: [
      'L’horloge est en train d’avancer',
      'Un autre appel avance l’horloge de cet organisme. Attendez sa réponse.',
    ],
    clock_backwards: [
      'Une horloge ne recule pas',
      'L’horloge indique {now}. Choisissez cet instant ou un instant ultérieur.',
    ],
    limit_reached: ['Limite atteinte', 'Il y en a déjà {max}, ce qui est la limite.'],
    offer_over: [
      'Offre expirée',
      'Ce créneau ne vous est plus réservé. Votre rendez-vous, si vous en avez un, reste inchangé.',
    ],
    unreadable_calendar: ['Calendrier illisible', 'Le calendrier n’a pas pu être lu : {reason}'],
    script_in_use: [
      'Script utilisé',
      'Des campagnes, des services ou des appels entrants utilisent ce script ({count}). Attribuez-leur d’abord un autre script.',
    ],
    campaign_in_use: [
      'Des rappels sont en attente',
      '{open} rappels de cette campagne sont en cours. Attendez leur fin, ou annulez-les, avant de l’archiver.',
    ],
    window_full: [
      'Cette plage est complète',
      'Tous les rappels de cette plage sont promis. Choisissez l’une des plages les plus proches.',
    ],
    agent_not_free: [
      'Cet agent n’est pas libre à ce moment-là',
      'L’agent est absent ou déjà pris à cette heure-là. Choisissez un autre moment, ou laissez n’importe quel agent appeler.',
    ],
    script_faults: [
      'Le script ne peut pas être publié',
      'Il contient {count} erreur(s), chacune signalée à son étape.',
    ],
    script_not_published: ['Pas de script', 'Le script n’est pas encore publié, ou mène à un script qui ne l’est pas.'],
    conversation_over: ['La conversation est terminée', 'Revenez à l’une de ses étapes pour changer une réponse.'],
    conversation_moved_on: [
      'La conversation a avancé',
      'Une autre étape est maintenant ouverte : lisez-la, puis répondez à celle-là.',
    ],
    answer_out_of_range: ['Réponse hors limites', 'La réponse à « {label} » doit être entre {min} et {max}.'],
    no_address: ['Pas de coordonnées', 'Cette personne n’a pas de coordonnées {channel} pour recevoir un message.'],
    window_closed: [
      'Pas de rappel à cette heure-là',
      'Personne ne peut appeler à ce moment-là. Choisissez l’une des plages les plus proches.',
    ],
    do_not_call: [
      'Numéro à ne pas appeler',
      'Ce numéro est sur la liste des personnes qui ne veulent pas être appelées.',
    ],
    too_many_callbacks: [
      'Trop de demandes pour ce numéro',
      'Pour ce numéro, {max} rappels ont été demandés en un jour. Réessayez demain.',
    ],
    campaign_full: ['Pas d’autre rappel pour le moment', '{max} rappels sont déjà en cours. Réessayez plus tard.'],
    sign_in_refused: ['Connexion impossible', 'L’adresse e-mail ou le mot de passe est incorrect.'],
    sign_in_paused: [
      'Trop de tentatives',
      'Après de nombreuses tentatives, la connexion est suspendue pour quelques minutes. Patientez un peu, ou ' +
        'demandez un nouveau mot de passe par e-mail : cela fonctionne tout de suite.',
    ],
    code_refused: [
      'Code incorrect',
      'Le code est incorrect ou a déjà servi. Saisissez celui que l’application affiche maintenant.',
    ],
    passkey_refused: [
      'Clé d’accès non acceptée',
      'La clé d’accès (passkey) n’a pas pu être vérifiée, ou la demande était trop ancienne. Réessayez, ou utilisez ' +
        'votre mot de passe.',
    ],
    sign_in_again: [
      'Connectez-vous de nouveau',
      'Votre connexion date de plus de cinq minutes. Déconnectez-vous, reconnectez-vous, puis changez votre second facteur.',
    ],
    not_oneself: [
      'Pas ici pour vous-même',
      'Changez votre mot de passe et votre second facteur sur la page de votre compte.',
    ],
    second_factor_needed: [
      'Second facteur nécessaire',
      'Votre rôle demande un second facteur. Activez-le d’abord dans votre compte.',
    ],
    email_taken: ['Adresse déjà utilisée', 'Quelqu’un se connecte déjà avec cette adresse e-mail.'],
    last_administrator: [
      'Dernier administrateur',
      'Il doit rester quelqu’un pour administrer. Nommez d’abord une autre personne administratrice.',
    ],
    password_short: [
      'Mot de passe trop court',
      'Utilisez au moins 10 caractères ; plusieurs mots sont faciles à retenir.',
    ],
    password_weak: [
      'Mot de passe trop facile',
      'Ce mot de passe est facile à deviner. Plusieurs mots sans lien entre eux en font un meilleur.',
    ],
    password_breached: [
      'Mot de passe connu',
      'Ce mot de passe figure dans des listes utilisées pour forcer des comptes. Choisissez-en un autre.',
    ],
    outside_reach: ['Hors de votre périmètre', 'Vous ne pouvez le faire que pour vos lieux et vos agents.'],
    provider_failed: [
      'Service de connexion',
      'Le service de connexion de l’organisme n’a pas répondu comme prévu ({reason}). Réessayez, ou utilisez votre mot de passe.',
    ],
    provider_unproven: [
      'Identité non établie',
      'Le service de connexion n’a transmis ni numéro fiscal ni adresse e-mail vérifiée. Connectez-vous avec un code.',
    ],
    wallet_keys_unfit: [
      'Clés inadaptées',
      'Aucun billet ne peut être signé avec ces clés. Vérifiez le certificat et la clé.',
    ],
    provider_unknown_person: [
      'Pas d’accès',
      'Le service de connexion vous connaît, mais vous n’avez pas de compte ici. Demandez une invitation à un administrateur.',
    ],
    not_mergeable: ['Fusion impossible', 'Choisissez deux personnes différentes.'],
    folder_in_use: [
      'Dossier de données utilisé',
      'Le dossier de données {folder} est utilisé par le processus {owner}. Arrêtez ce processus, choisissez un autre ' +
        'dossier avec --data, ou définissez DATABASE_URL.',
    ],
    database_too_old: [
      'PostgreSQL trop ancien',
      'Il faut PostgreSQL 15 ou plus récent ; ce serveur est en version {version}.',
    ],
    database_not_empty: [
      'Base de données non vide',
      'La base de données cible contient déjà des données ; restaurez dans une base vide.',
    ],
    invalid_setting: ['Réglage non valide', 'Le réglage {name} n’est pas valide : {expected}.'],
  },
  faults: {
    missing: 'Ce champ est obligatoire.',
    unknown_field: 'Ce champ n’est pas prévu ici.',
    wrong_type: 'Doit être de type {limit}.',
    give_one: 'Indiquez exactement un champ parmi {limit}.',
    wrong_format: 'Doit avoir la forme {limit}.',
    too_deep: 'Imbrication trop profonde : {limit} niveaux au plus.',
    not_allowed: 'Doit être l’une de ces valeurs : {limit}.',
    too_short: 'Doit avoir au moins {limit} caractères.',
    too_long: 'Peut avoir au plus {limit} caractères.',
    too_small: 'Doit être au moins {limit}.',
    too_large: 'Peut être au plus {limit}.',
    too_few: 'Doit avoir au moins {limit} éléments.',
    too_many: 'Peut avoir au plus {limit} éléments.',
    repeated: 'Les éléments ne doivent pas se répéter.',
    invalid: 'N’est pas valide.',
  },
}
