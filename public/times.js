// Shows the chosen time beside the button, where it is always visible, and keeps it when the reader changes month or view.
export function startTimes() {
  const form = document.querySelector('form[data-chosen]')
  if (!form) return
  const line = form.querySelector('.chosen')
  const show = () => {
    const input = form.querySelector('input[name=at]:checked')
    if (!input) return
    const day = input.closest('.day')?.querySelector('h3')?.textContent.trim()
    const clock = form.querySelector(`label[for="${input.id}"]`).textContent.trim()
    line.textContent = form.dataset.chosen.replace('{time}', day ? `${day}, ${clock}` : clock)
    for (const link of document.querySelectorAll(':is(.months, .views, .calendar, .notice) a[href*="month="]')) {
      const url = new URL(link.href)
      url.searchParams.set('at', input.value)
      link.href = url.href
    }
  }
  form.addEventListener('change', show)
  show()
}
