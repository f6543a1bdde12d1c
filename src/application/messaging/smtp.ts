// The e-mail channel: SMTP with nodemailer, a connection pool, TLS as the URL says, and DKIM when a key is set.
import { createTransport } from 'nodemailer'
import { toBuffer } from 'qrcode'
import { addressIn } from './message.ts'
import type { SendMail } from '../../platform/mail.ts'

/** A QR code as PNG, black on white. */
const qrPng = (text: string): Promise<Buffer> => toBuffer(text, { errorCorrectionLevel: 'M', margin: 4, width: 180 })

type Dkim = { domainName: string; keySelector: string; privateKey: string }
export type Sender = { send: SendMail; close: () => void }

/** A sender over the mail server at `url` with at most `connections` at once; `from` is an address with or without a name. */
export function smtpSender(url: string, from: string, connections = 5, dkim?: Dkim): Sender {
  const address = addressIn(from)
  const domain = address.split('@')[1] ?? 'localhost'
  // Options that the URL does not set: a persistent pool, and timeouts for a server that does not answer.
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: connections,
      maxMessages: 1_000,
      connectionTimeout: 15_000,
      greetingTimeout: 15_000,
      socketTimeout: 60_000,
      ...(dkim ? { dkim } : {}),
    },
    { from },
  )
  return {
    async send({ messageId, fromName, unsubscribe, calendar, code, ...mail }) {
      const info = await transport.sendMail({
        ...mail,
        from: { name: fromName, address },
        messageId: `<${messageId}@${domain}>`,
        headers: {
          // RFC 3834: suppresses vacation notices in reply to an automatic message.
          'Auto-Submitted': 'auto-generated',
          ...(unsubscribe === undefined
            ? {}
            : { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
        },
        ...(calendar
          ? { icalEvent: { method: calendar.method, content: calendar.content, filename: 'invite.ics' } }
          : {}),
        ...(code === undefined
          ? {}
          : {
              attachments: [
                {
                  cid: 'code',
                  filename: 'code.png',
                  content: await qrPng(code),
                  contentDisposition: 'inline' as const,
                },
              ],
            }),
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      return info.messageId
    },
    close: () => transport.close(),
  }
}
