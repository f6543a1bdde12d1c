// Lets the user choose a file instead of pasting: the browser reads it into the field.

const place = document.getElementById('file-place')
const field = document.getElementById('text')
const input = document.createElement('input')
input.type = 'file'
input.accept = '.csv,.json,text/csv,application/json'
input.setAttribute('aria-label', field.labels[0].textContent)
input.addEventListener('change', async () => {
  const [file] = input.files
  if (file) field.value = await file.text()
})
place.append(input)
