/** The texts of signing in with an identity provider, in Korean. */
import type { englishProvider } from './english-provider.ts';

export const koreanProvider: typeof englishProvider = {
  providerHint: '이 시스템의 인증 제공자에서 로그인한 뒤 이곳으로 돌아옵니다.',
  tryWithoutAccount: '계정 없이 체험하기',
  providerProblems: {
    insecure: '이 로그인은 보안 연결에서만 할 수 있습니다. 주소를 https://로 시작해 다시 여세요.',
    denied: '접근이 거부되어 로그인하지 못했습니다. 다시 로그인하고 접근을 허용하세요.',
    unreachable: '인증 제공자에 연결할 수 없습니다. 연결 상태를 확인하고 잠시 후 다시 로그인하세요.',
    unavailable: '인증 제공자를 잠시 사용할 수 없습니다. 잠시 후 다시 로그인하세요.',
    unexpected: '인증 제공자의 응답이 올바르지 않습니다. 다시 로그인하고, 계속되면 이 시스템의 운영자에게 알리세요.',
    not_begun_here: '이미 끝났거나 다른 탭이나 창에서 시작한 로그인입니다. 다시 로그인하세요.',
    wrong_clock: '인증 제공자와 이 시스템의 시계가 다릅니다. 다시 로그인하고, 계속되면 운영자에게 알리세요.',
    expired: '로그인이 만료되었습니다. 다시 로그인하세요.',
    not_accepted: '인증 제공자에는 로그인했지만 이 시스템이 그 토큰을 받지 않습니다. 이 시스템의 운영자에게 알리세요.',
  },
};
