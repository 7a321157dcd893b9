import { expect, it } from '@jest/globals';
import { parseQueues, parseSkmem, parseSockstat } from './tcp-memory.ts';

it('the pages of all connections are read', () => {
  expect(parseSockstat('sockets: used 12\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 237\nUDP: inuse 0 mem 9\n')).toBe(237);
});

it('the memory of connections is what is unread, what waits to be sent and what is set aside', () => {
  const listed = [
    'ESTAB 0 0 127.0.0.1:8080 127.0.0.1:36602',
    '\t skmem:(r100,rb131072,t7,tb69120,f20,w3,o0,bl0,d0)',
    'ESTAB 0 0 127.0.0.1:8080 127.0.0.1:36604',
    '\t skmem:(r1000,rb131072,t0,tb69120,f0,w0,o0,bl0,d5)',
  ];
  expect(parseSkmem(listed.join('\n'))).toBe(1_123);
});

it('bytes count that wait on established connections with the ports, on either side', () => {
  const line = (local: string, remote: string, state: string, queues: string): string =>
    `   0: 0100007F:${local} 0100007F:${remote} ${state} ${queues} 00:00000000 00000000     0        0 1 1 0`;
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    line('1F90', 'C350', '01', '00000010:00000000'),
    line('C350', '1F90', '01', '00000000:00000100'),
    line('1F90', '0000', '0A', '00000000:00000080'),
    line('1F91', 'C351', '01', '00001000:00000000'),
  ];
  expect(parseQueues(table.join('\n'), new Set([0x1f90]))).toBe(0x110);
});
