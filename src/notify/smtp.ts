// The e-mail channel: SMTP by nodemailer, with a pool of connections.
import { createTransport } from 'nodemailer'
import type { SendMail } from './message.ts'

/** A sender over the mail server at `url`; `from` is an address with or without a name. */
export function smtpSender(url: string, from: string): { send: SendMail; close: () => void } {
  const transport = createTransport(url, { from })
  const address = /<([^>]+)>/.exec(from)?.[1] ?? from
  const domain = address.split('@')[1] ?? 'localhost'
  return {
    async send({ messageId, fromName, ...mail }) {
      const info = await transport.sendMail({
        ...mail,
        from: { name: fromName, address },
        messageId: `<${messageId}@${domain}>`,
        // RFC 3834: no vacation notice in answer to an automatic message.
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      return info.messageId
    },
    close: () => transport.close(),
  }
}
