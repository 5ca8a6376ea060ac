import { policies } from './failure';
import { notification } from './failureMessage';
import { phrase } from './phrase';
import type { Notice } from './protocol';
import { planName } from './targetKeys';
import { type Failure, type Scope, type Target, targetName } from './types';

/** Decides what a person is told in a notification: each cause once, until it is cured. */
export interface NoticeBoard {
  tell(failure: Failure): void;
  /** The person was told of this in an earlier session. */
  assumeTold(failure: Failure): void;
  /** An agent's auto mode asked for safety checks that the serving provider cannot run. Told once. */
  tellSafeguardsLeftOut(target: Target): void;
  /** The cause is cured or may have changed: the next failure is news again. */
  forget(scope: string, key: string): void;
  forgetAll(): void;
}

export function createNoticeBoard(publish: (notice: Notice) => void): NoticeBoard {
  const told = new Set<string>();
  return {
    assumeTold: (failure) => void told.add(causeOf(failure)),
    tell(failure) {
      const { told: how, buttons } = policies[failure.kind];
      if (how !== 'notification') return;
      const cause = causeOf(failure);
      if (told.has(cause)) return;
      told.add(cause);
      const { link, provider } = failure;
      publish({
        kind: failure.kind,
        message: notification(failure),
        credential: failure.credential ?? 'none',
        providerId: provider.id,
        buttons: buttons.filter((button) => button !== 'openLink' || link !== undefined),
        ...(link === undefined ? {} : { link }),
      });
    },
    tellSafeguardsLeftOut({ provider, credential }) {
      if (told.has(safeguardsCause)) return;
      told.add(safeguardsCause);
      publish({
        kind: 'safeguardsLeftOut',
        message: phrase(
          "Auto mode's safety checks run on Anthropic's servers only; {0} serves this session, so the agent will ask before each action that needs one. “claude --permission-mode acceptEdits” avoids the questions.",
          provider.label,
        ),
        credential: credential ?? 'none',
        providerId: provider.id,
        buttons: [],
      });
    },
    forget(scope, key) {
      for (const cause of told) if (cause.startsWith(`${scope} ${key} `)) told.delete(cause);
    },
    forgetAll: () => told.clear(),
  };
}

function causeOf(failure: Failure): string {
  const name = scopeName(policies[failure.kind].scope, failure);
  // A weekly limit after a 5-hour one is news.
  return `${name} ${failure.kind} ${failure.limitName ?? ''}`;
}

const safeguardsCause = 'hint safeguards';

function scopeName(scope: Scope, failure: Failure): string {
  const { provider, credential } = failure;
  if (scope === 'credential') return `${scope} ${credential ?? `none of ${provider.id}`}`;
  if (scope === 'plan') return `${scope} ${planName(provider, credential)}`;
  if (scope === 'host') return `${scope} ${failure.proxy ?? new URL(provider.baseUrl).host}`;
  return `${scope} ${targetName(failure)}`;
}
