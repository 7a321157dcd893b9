/** The texts of the account in Korean. */
import type { englishAccount } from './english-account.ts';
import { asInstrument } from './particle.ts';

export const koreanAccount: typeof englishAccount = {
  displayName: '표시 이름',
  save: '저장',
  renamed: (name) => `이제 친구에게 ${asInstrument(name)} 표시됩니다.`,
  blockedHeading: '차단한 사람',
  blockedHint: '차단하면 친구 관계가 끝나고 상대의 요청도 더 이상 오지 않습니다. 상대에게는 알리지 않습니다.',
  noBlocked: '차단한 사람이 없습니다. 차단하려면 아래에 아이디를 입력하세요.',
  blockSomeone: '사람 차단',
  theirId: '상대 아이디',
  block: '차단',
  blocked: (name) => `${name} 님을 차단했습니다.`,
  unblock: '차단 해제',
  unblockOf: (name) => `${name} 님 차단 해제`,
  reallyUnblock: (name) => `${name} 님을 차단 해제할까요?`,
  unblocked: (name) => `${name} 님을 차단 해제했습니다. 다시 친구가 되려면 요청을 보내세요.`,
  dataHeading: '내 데이터',
  exportHint: '파일에는 마지막 위치를 포함해 나에 대해 저장된 모든 정보가 들어 있습니다. 안전하게 보관하세요.',
  exportData: '내 데이터 내려받기',
  exported: '내 데이터를 내려받고 있습니다.',
  erase: '계정 삭제…',
  eraseHint: '계정과 친구 관계, 등록한 기기가 모두 영구적으로 삭제됩니다. 되돌릴 수 없습니다.',
  typeToErase: (id) => `확인을 위해 내 아이디를 입력하세요: ${id}`,
  eraseForGood: '영구 삭제',
  erased: '계정을 삭제했습니다. 이제 친구에게 내가 보이지 않습니다.',
};
