/** The texts of alerts. */
import type { AlertLanguage } from '@nearby-friends/protocol';

/** `in-area`: an approximate friend, whose place is known to about a kilometre. */
export type AlertKind = 'near' | 'in-area' | 'requested' | 'accepted';

const TEXTS: Readonly<Record<AlertLanguage, Readonly<Record<AlertKind, (name: string) => string>>>> = {
  en: {
    near: (name) => `${name} is nearby.`,
    'in-area': (name) => `${name} is in your area.`,
    requested: (name) => `${name} would like to be your friend.`,
    accepted: (name) => `${name} has accepted your friend request.`,
  },
  ko: {
    near: (name) => `${name} 님이 근처에 있습니다.`,
    'in-area': (name) => `${name} 님이 이 지역에 있습니다.`,
    requested: (name) => `${name} 님이 친구 요청을 보냈습니다.`,
    accepted: (name) => `${name} 님이 친구 요청을 수락했습니다.`,
  },
};

export function alertText(language: AlertLanguage, kind: AlertKind, name: string): string {
  return TEXTS[language][kind](name);
}
