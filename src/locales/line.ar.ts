// PURE. Arabic texts of the waiting room.
type Forms = readonly [one: string, two: string, few: string, many: string]
/** Arabic counts with four forms: one, two, three to ten, more. */
const counted = (n: number, [one, two, few, many]: Forms): string =>
  n === 1
    ? one
    : n === 2
      ? two
      : n % 100 >= 3 && n % 100 <= 10
        ? `${n} ${few}`
        : `${n} ${n % 100 < 3 ? one.split(' ')[0]! : many}`
const people = (n: number): string => counted(n, ['شخص واحد', 'شخصان', 'أشخاص', 'شخصاً'])
const minutes = (n: number): string => counted(n, ['دقيقة', 'دقيقتين', 'دقائق', 'دقيقة'])
const hours = (n: number): string => counted(n, ['ساعة', 'ساعتين', 'ساعات', 'ساعة'])

export const lineWords = {
  joinTitle: 'كثيرون يريدون الحجز الآن',
  joinAhead: (ahead: number, when: string) =>
    ahead === 0 ? 'سيكون دوركم التالي.' : `${people(ahead)} في الصف. سيأتي دوركم ${when}.`,
  drawTitle: (clock: string) => `يبدأ الحجز الساعة ${clock}`,
  drawText: (clock: string) => `كل من يكون هنا قبل الساعة ${clock} يشارك في قرعة على الترتيب. لا فائدة من الوصول أولاً.`,
  join: 'خذوا مكاناً في الصف',
  joinDraw: 'شاركوا في القرعة',
  placeTitle: 'أنتم في الصف',
  ahead: (n: number) => (n === 0 ? 'دوركم هو التالي.' : `أمامكم ${people(n)}.`),
  turnAt: (when: string, clock: string) => `يأتي دوركم ${when}، حوالي الساعة ${clock}.`,
  soon: 'خلال أقل من دقيقة',
  inMinutes: (n: number) => `خلال حوالي ${minutes(n)}`,
  inHours: (n: number) => `خلال حوالي ${hours(n)}`,
  keep: 'اتركوا هذه الصفحة مفتوحة: ستنتقل وحدها. إذا أغلقتموها فافتحوها من جديد في هذا المتصفح خلال يوم: مكانكم محفوظ.',
  drawnTitle: 'أنتم مشاركون في القرعة',
  inDraw: (n: number) => (n === 1 ? 'لا يشارك حتى الآن سواكم.' : `يشارك حتى الآن ${people(n)}.`),
  drawAt: (clock: string, when: string) => `تجري القرعة على الترتيب الساعة ${clock}، ${when}.`,
  turn: 'حان دوركم',
  again: 'انظروا من جديد',
  crowded: 'كثيرون على شبكتكم في الصف بالفعل. فعّلوا JavaScript في متصفحكم، أو حاولوا بعد بضع دقائق.',
  noCookies: 'لم يحتفظ متصفحكم بمكانكم: يحتاج إلى ملفات تعريف الارتباط. اسمحوا بها أو افتحوا الصفحة في نافذة خاصة بها.',
}
