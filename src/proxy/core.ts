import type { Affinity } from './affinity';
import type { Clock } from './clock';
import type { Health } from './health';
import type { KeyAccess } from './keyAccess';
import type { Logger } from './log';
import type { Redact } from './redact';
import type { RequestObserver } from './requestObserver';
import type { RoutingTable } from './router';
import type { SignatureMemory } from './signatures';
import type { TokenMeter } from './tokenMeter';
import type { Failure, ProxySettings, Target, WireFormat } from './types';
import type { Send } from './upstream';
import type { BodyMemory } from './wire/bodyMemory';

/** What the endpoints share. Getters, since settings and keys change between requests, never within one decision. */
export interface Core extends KeyAccess {
  readonly clock: Clock;
  readonly log: Logger;
  /** Blanks out every key and access token that was ever in force. */
  readonly redact: Redact;
  readonly health: Health;
  /** The wire format that last worked for a target whose own was refused. */
  readonly learnedFormats: Map<string, WireFormat>;
  /** Which model and key served each conversation last. */
  readonly affinity: Affinity;
  /** Who sealed which thinking. */
  readonly signatures: SignatureMemory;
  readonly tokens: TokenMeter;
  /** What the last turn of each conversation said. */
  readonly bodies: BodyMemory;
  version(): string;
  /** Who wants to know what happens to the request of this id. */
  observe(requestId: string): RequestObserver;
  settings(): ProxySettings;
  table(): RoutingTable;
  send(): Send;
  /** Epoch ms of the last refresh of the catalogue. */
  catalogueRefreshedAt(): number | undefined;
  otherFormat(target: Target): WireFormat | undefined;
  /** The address of the proxy between us and a target, when there is one. */
  proxyOf(target: Target): string | undefined;
  /** Tells a person of a failure that only a person can mend, once per cause. */
  tell(failure: Failure): void;
  /** Tells a person, once, that private safety data of auto mode stayed here. */
  tellSafeguardsLeftOut(target: Target): void;
}
