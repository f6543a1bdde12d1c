// PURE. Arabic texts of the waiting room.
type Forms = readonly [one: string, two: string, few: string, many: string]
/** Arabic counts with four forms: one, two, three to ten, more. */
const counted = (n: number, [one, two, few, many]: Forms): string =>
  n === 1 ? one : n === 2 ? two : n % 100 >= 3 && n % 100 <= 10 ? `${n} ${few}` : `${n} ${many}`
const people = (n: number): string => counted(n, ['شخص واحد', 'شخصان', 'أشخاص', 'شخصاً'])
const minutes = (n: number): string => counted(n, ['دقيقة', 'دقيقتين', 'دقائق', 'دقيقة'])
const hours = (n: number): string => counted(n, ['ساعة', 'ساعتين', 'ساعات', 'ساعة'])

export const lineWords = {
  joinTitle: 'كثيرون يريدون الحجز الآن',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0 ? 'ستكون التالي.' : `${people(ahead)} في الصف. سيأتي دورك ${when}.`,
  drawTitle: (clock: string) => `يبدأ الحجز الساعة ${clock}`,
  drawText: (clock: string) => `كل من يكون هنا قبل الساعة ${clock} يشارك في قرعة على الترتيب. لا فائدة من الوصول أولاً.`,
  join: 'خذ مكاناً في الصف',
  joinDraw: 'شارك في القرعة',
  placeTitle: 'أنت في الصف',
  ahead: (n: number) => (n === 0 ? 'أنت التالي.' : `أمامك ${people(n)}.`),
  turnAt: (when: string, clock: string) => `يأتي دورك ${when}، حوالي الساعة ${clock}.`,
  soon: 'خلال أقل من دقيقة',
  inMinutes: (n: number) => `خلال حوالي ${minutes(n)}`,
  inHours: (n: number) => `خلال حوالي ${hours(n)}`,
  keep: 'اترك هذه الصفحة مفتوحة: ستنتقل وحدها. إذا أغلقتها فافتحها من جديد في هذا المتصفح خلال يوم: مكانك محفوظ.',
  drawnTitle: 'أنت مشارك في القرعة',
  inDraw: (n: number) => (n === 1 ? 'أنت وحدك حتى الآن.' : `يشارك حتى الآن ${people(n)}.`),
  drawAt: (clock: string, when: string) => `تجري القرعة على الترتيب الساعة ${clock}، ${when}.`,
  turn: 'حان دورك',
  again: 'انظر من جديد',
  crowded: 'كثيرون على شبكتك في الصف بالفعل. فعّل JavaScript في متصفحك، أو حاول بعد بضع دقائق.',
}
