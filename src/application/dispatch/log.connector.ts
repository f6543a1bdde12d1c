// For development: logs the contacts that would be pushed, by code; phone numbers and names stay out of logs.
import type { Connector } from '../../domain/catalogue/campaign/connector.ts'

export function logConnector(write: (line: string) => void): Connector {
  return {
    canWithdraw: true,
    send: (batch) => {
      for (const { deliveryId, payload } of batch.items)
        write(
          `${
            batch.kind === 'contact' ? 'due' : 'withdrawn'
          } ${String(payload.code)} campaign ${batch.campaign.name} delivery ${deliveryId}`,
        )
      return Promise.resolve({
        kind: 'answered',
        items: batch.items.map(({ deliveryId }) => ({ deliveryId, status: 'delivered', code: null })),
      })
    },
    close: () => Promise.resolve(),
  }
}
