import { LedgerServiceDefinition } from '@reelmesh/contracts/ledger';
import type { Bus, Handlers } from '@reelmesh/messaging';
import { checkPeriod, checkSwitch, checkTenant, completeFilter } from './ledger-requests.ts';

/** Shorter than callers wait as a rule, so that they hear what is away and not only that it was late. */
const timeoutMs = 5_000;
/** A provider is asked for its own figures, page by page. */
const reconcileTimeoutMs = 60_000;

/** Checks what callers ask about money and passes it on to the gateway, which keeps the ledger. */
export function ledgerService(
  bus: Pick<Bus, 'client'>,
  tenant: string,
): Handlers<typeof LedgerServiceDefinition> {
  const gateway = bus.client(LedgerServiceDefinition);
  return {
    async listEntries(request, { signal }) {
      return gateway.listEntries(completeFilter(request, tenant), { signal, timeoutMs });
    },

    async listBudgets(request, { signal }) {
      checkTenant(request.tenant, tenant);
      return gateway.listBudgets({ tenant }, { signal, timeoutMs });
    },

    async reconcile(request, { signal }) {
      checkPeriod(request);
      return gateway.reconcile(request, { signal, timeoutMs: reconcileTimeoutMs });
    },

    async listProviders(_request, { signal }) {
      return gateway.listProviders({}, { signal, timeoutMs });
    },

    async switchProvider(request, { signal }) {
      checkSwitch(request);
      const { provider, enabled, reason, by } = request;
      return gateway.switchProvider({ provider, enabled, reason, by: by || tenant }, { signal, timeoutMs });
    },
  };
}
