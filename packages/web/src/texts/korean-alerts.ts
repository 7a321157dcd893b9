/** The texts of alerts in Korean. */
import type { englishAlerts } from './english-alerts.ts';

export const koreanAlerts: typeof englishAlerts = {
  alertsHeading: '알림',
  alertsHint:
    '친구가 가까이 오면 이 페이지를 닫아 두었을 때도 알려 드립니다. 내 위치를 알아야 하므로 백그라운드 앱이 위치를 보고해야 합니다.',
  alertsHere: '이 기기에서 알림 받기',
  alertsOn: '이 기기의 알림을 켰습니다.',
  alertsOff: '이 기기의 알림을 껐습니다.',
  alertsDenied: '이 페이지의 알림이 차단되어 있습니다. 브라우저 설정에서 허용하세요.',
  alertsHomeScreen:
    'iPhone이나 iPad에서는 공유 버튼을 누르고 “홈 화면에 추가”를 선택한 뒤, 홈 화면에서 Nearby Friends를 열어 알림을 켜세요.',
  alertsNone: '이 브라우저에서는 이 페이지의 알림을 받을 수 없습니다. HTTPS가 필요합니다.',
  alertsRefused: '브라우저가 푸시 서비스에 등록하지 못했습니다. 연결을 확인한 뒤 다시 시도하세요.',
  alertsRadius: '친구가 이 거리 안에 들어오면',
  alertsRadiusChanged: '변경했습니다.',
  alertsQuiet: '밤에는 알리지 않기: 시작',
  alertsQuietTo: '끝',
  alertsQuietOn: '방해 금지 시간',
  mute: '알림 끄기',
  unmute: '알림 켜기',
  muteOf: (name) => `${name} 님 알림 끄기`,
  unmuteOf: (name) => `${name} 님 알림 켜기`,
  muted: (name) => `이제 ${name} 님에 대한 알림을 받지 않습니다.`,
  unmuted: (name) => `${name} 님에 대한 알림을 다시 받습니다.`,
};
