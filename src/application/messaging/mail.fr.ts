// PURE. French texts of messages, as Liquid templates. Facts (service, time, place) and the link are appended automatically.
import type { Templates } from './message-kinds.ts'

const when = '{{ service }}, {{ when }}'

export const mailFr: Templates = {
  booked: {
    subject: 'Rendez-vous confirmé : {{ service }}',
    body: 'Votre rendez-vous est confirmé.',
    sms: '{{ office }} : confirmé, {{ service }}, {{ when }}. Code {{ code }}. {{ link }}',
  },
  pending: {
    subject: 'Demande reçue : {{ service }}',
    body: 'Nous avons bien reçu votre demande. Nous allons l’examiner et vous répondre ; le créneau vous est réservé.',
    sms: `{{ office }} : demande reçue, ${when}. Nous vous répondrons. Code {{ code }}`,
  },
  approved: {
    subject: 'Rendez-vous confirmé : {{ service }}',
    body: 'Nous avons accepté votre demande : votre rendez-vous est confirmé.',
    sms: `{{ office }} : accepté, ${when}. Code {{ code }}. {{ link }}`,
  },
  refused: {
    subject: 'Demande non acceptée : {{ service }}',
    body: 'Nous n’avons pas pu accepter votre demande.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }} : demande non acceptée, ${when}.`,
  },
  moved: {
    subject: 'Rendez-vous déplacé : {{ service }}',
    body: 'Votre rendez-vous a un nouvel horaire.{% if oldWhen %} L’ancien, {{ oldWhen }}, n’est plus valable.{% endif %}',
    sms: '{{ office }} : déplacé, {{ service }}, désormais {{ when }}. Code {{ code }}. {{ link }}',
  },
  cancelled: {
    subject: 'Rendez-vous annulé : {{ service }}',
    body: 'Votre rendez-vous est annulé.{% if reason %}\n\n{{ reason }}{% endif %}',
    sms: `{{ office }} : annulé, ${when}.`,
  },
  reminder: {
    subject: 'Rappel : {{ service }}, {{ date }}',
    body: 'Nous vous attendons. Si vous ne pouvez pas venir, merci d’annuler : ce créneau rendra service à quelqu’un d’autre.',
    sms: '{{ office }} : rappel, {{ service }}, {{ when }}. Empêchement ? Répondez C pour annuler.',
  },
  late_change: {
    subject: 'Non annulé : {{ service }}',
    body:
      'Votre calendrier ou votre message indique que vous ne venez pas, mais il est trop tard pour annuler ' +
      'de cette façon. Merci de nous contacter ; d’ici là, le rendez-vous est maintenu.',
    sms: '{{ office }} : trop tard pour annuler ainsi, appelez-nous. Le rendez-vous est maintenu : {{ when }}.',
  },
  choose: {
    subject: 'Choisissez un autre créneau : {{ service }}',
    body:
      'Nous sommes désolés : le créneau que nous vous avions promis ne peut pas être maintenu.' +
      '{% if reason %} {{ reason }}{% endif %}\n\nOuvrez le lien pour choisir un autre créneau qui vous ' +
      'convient, ou pour annuler. D’ici là, le rendez-vous reste valable.',
    sms: '{{ office }} : votre rendez-vous {{ when }} ne peut pas être maintenu. Choisissez un autre créneau : {{ link }}',
  },
  again: {
    subject: 'Le lien vers votre rendez-vous : {{ service }}',
    body:
      'Voici de nouveau le lien vers votre rendez-vous, comme demandé sur la page de réservation. Si cette ' +
      'demande ne vient pas de vous, vous n’avez rien à faire.',
    sms: '{{ office }} : {{ service }}, {{ when }}, code {{ code }} : {{ link }}',
  },
  survey: {
    subject: 'Comment s’est passée votre visite ?',
    body: 'Dites-nous en trente secondes comment cela s’est passé : cela nous aide à faire mieux.',
    sms: '{{ office }} : comment s’est passée votre visite ? {{ link }}',
  },
  activate: {
    subject: 'Confirmez votre rendez-vous : {{ service }}',
    body: 'Il reste une étape : ouvrez ce lien avant le {{ until }} pour confirmer le rendez-vous.',
    sms: '{{ office }} : confirmez avant le {{ until }} : {{ link }}',
  },
  offer: {
    subject: 'Un créneau plus proche est libre : {{ newWhen }}',
    body:
      'Un créneau s’est libéré : {{ newWhen }}. Il vous est réservé jusqu’au {{ until }}. Si vous n’en ' +
      'voulez pas, ne faites rien : votre rendez-vous reste inchangé.',
    sms: '{{ office }} : créneau plus proche {{ newWhen }}, à vous jusqu’au {{ until }} : {{ link }}',
  },
  callback_promised: {
    subject: 'Nous vous rappelons',
    body: '{{ promise }}',
    sms: '{{ office }} : {{ promise }}',
  },
  callback_late: {
    subject: 'Notre appel a du retard',
    body:
      'Nous avions promis de vous appeler entre {{ from }} et {{ to }} et nous n’y sommes pas encore ' +
      'parvenus. Nous ne vous oublions pas : nous vous appelons dès que possible.',
    sms: '{{ office }} : notre appel a du retard, nous vous appelons dès que possible.',
  },
  callback_missed: {
    subject: 'Nous n’avons pas réussi à vous appeler',
    body:
      'Nous avions promis de vous appeler le {{ date }} et nous ne l’avons pas fait. Nous en sommes ' +
      'désolés. Demandez un nouvel appel, ou appelez-nous.',
    sms: '{{ office }} : nous n’avons pas réussi à vous appeler, désolés. Refaites une demande ou appelez-nous.',
  },
  callback_cancelled: {
    subject: 'L’appel est annulé',
    body: 'L’appel promis pour le {{ date }} est annulé.',
    sms: '{{ office }} : l’appel promis est annulé.',
  },
  access_code: {
    subject: '{{ code }} est votre code pour {{ office }}',
    body:
      'Votre code est {{ code }}. Il est valable jusqu’au {{ until }}. Si vous ne l’avez pas demandé, ' +
      'ignorez ce message ; personne du service ne vous le demandera jamais.',
    sms: '{{ office }} : votre code est {{ code }}, jusqu’au {{ until }}. Ne le donnez à personne.',
  },
  sign_in: {
    subject: 'Votre lien de connexion',
    body: 'Ce lien vous permet de vous connecter ; il est valable jusqu’au {{ until }} et une seule fois.',
    sms: '{{ office }} : code de connexion {{ code }}',
  },
  reset: {
    subject: 'Choisissez un nouveau mot de passe',
    body:
      'Quelqu’un, sans doute vous, a demandé un nouveau mot de passe. Le lien est valable jusqu’au ' +
      '{{ until }} et une seule fois.',
    sms: '{{ office }} : code {{ code }}',
  },
  account_changed: {
    subject: 'Votre compte a été modifié',
    body:
      'Une modification a été faite sur votre compte. Si elle vient de vous, vous n’avez rien à faire. ' +
      'Sinon, choisissez un nouveau mot de passe avec le lien et prévenez votre administrateur.',
    sms: '{{ office }} : votre compte a été modifié.',
  },
  digest: {
    subject: 'Votre journée : {{ count }} rendez-vous, {{ date }}',
    body: 'Vos rendez-vous du {{ date }} :\n\n{{ list }}',
    sms: '{{ office }} : {{ count }} rendez-vous le {{ date }}.',
  },
  calendar_failing: {
    subject: 'Votre autre calendrier est illisible',
    body:
      'Depuis le {{ since }}, votre calendrier {{ link }} ne peut pas être lu. Ce qui a été lu en dernier ' +
      'compte toujours comme temps occupé ; les entrées plus récentes ne sont pas connues ici. Vérifiez son ' +
      'adresse ou son mot de passe.',
    sms: '{{ office }} : votre autre calendrier est illisible depuis le {{ since }}.',
  },
  webhook_disabled: {
    subject: 'Un webhook a été désactivé',
    body:
      'L’abonnement {{ link }} échoue depuis le {{ since }} ({{ failure }}) et a été désactivé. ' +
      'Réparez-le, réactivez-le, puis renvoyez ce qu’il a manqué.',
    sms: '{{ office }} : un webhook a été désactivé.',
  },
}
