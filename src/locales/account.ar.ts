// PURE. Arabic texts of mails about changes to an account.
export const accountChanges = {
  password: 'تم تعيين كلمة مرور جديدة.',
  secondFactorOn: 'تم تفعيل عامل التحقق الثاني.',
  secondFactorOff: 'تم إيقاف عامل التحقق الثاني.',
  passkeyAdded: 'تمت إضافة مفتاح مرور.',
  passkeyRemoved: 'تمت إزالة مفتاح مرور.',
  codesRenewed: 'تم إنشاء رموز طوارئ جديدة؛ الرموز السابقة لم تعد صالحة.',
  newBrowser: 'تم تسجيل الدخول إلى حسابكم من متصفح لا نعرفه.',
}
