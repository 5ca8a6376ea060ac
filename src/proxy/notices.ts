import { policies } from './failure';
import { notification } from './failureMessage';
import type { Notice } from './protocol';
import type { Failure, Scope } from './types';

/** Decides what a person is told in a notification: each cause once, until it is cured. */
export interface NoticeBoard {
  tell(failure: Failure): void;
  /** The cause is cured or may have changed: the next failure is news again. */
  forget(scope: string, key: string): void;
  forgetAll(): void;
}

export function createNoticeBoard(publish: (notice: Notice) => void): NoticeBoard {
  const told = new Set<string>();
  return {
    tell(failure) {
      const { told: how, scope, buttons } = policies[failure.kind];
      if (how !== 'notification') return;
      // A weekly limit after a 5-hour one is news.
      const cause = `${scopeName(scope, failure)} ${failure.kind} ${failure.limitName ?? ''}`;
      if (told.has(cause)) return;
      told.add(cause);
      const { link, provider } = failure;
      publish({
        kind: failure.kind,
        message: notification(failure),
        credential: provider.credential,
        providerId: provider.id,
        buttons: buttons.filter((button) => button !== 'openLink' || link !== undefined),
        ...(link === undefined ? {} : { link }),
      });
    },
    forget(scope, key) {
      for (const cause of told) if (cause.startsWith(`${scope} ${key} `)) told.delete(cause);
    },
    forgetAll: () => told.clear(),
  };
}

function scopeName(scope: Scope, failure: Failure): string {
  const { provider, model } = failure;
  if (scope === 'credential') return `${scope} ${provider.credential}`;
  if (scope === 'plan') return `${scope} ${provider.id}`;
  return `${scope} ${provider.id}/${model}`;
}
