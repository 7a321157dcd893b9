/** The texts of the card of a friend in Korean. */
import type { englishFriendCard } from './english-friend-card.ts';

export const koreanFriendCard: typeof englishFriendCard = {
  cardOf: (name) => `${name} 님 정보`,
  direction: '방향',
  compass: ['북쪽', '북동쪽', '동쪽', '남동쪽', '남쪽', '남서쪽', '서쪽', '북서쪽'],
  accuracy: '오차',
  movement: '이동',
  standing: '멈춰 있음',
  battery: '배터리',
  youSee: '나에게 보이는 위치',
  youSeeExact: '정확한 위치',
  youSeeAbout: '대략적인 위치(약 1km)',
  theySee: '친구에게 보이는 위치',
  friendsSince: '친구가 된 날',
  follow: '지도에서 따라가기',
  openMaps: '지도 앱에서 열기',
  blockOf: (name) => `${name} 님 차단`,
  reallyBlock: (name) => `${name} 님을 정말 차단할까요?`,
  near: '가까이 있음',
  notNear: '가까이 없음',
};
