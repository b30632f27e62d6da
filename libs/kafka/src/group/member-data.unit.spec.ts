import kafkajs from 'kafkajs';
import { expect, test } from '@jest/globals';
import { decodeMember, encodeMember } from './member-data.ts';

const { MemberMetadata } = kafkajs.AssignerProtocol;

test('the data that a member encodes is the data that the others decode', () => {
  const data = { had: { 'a.topic': [0, 2] }, place: 'boot/net:[1]/host/0.0.0.0:3102' };
  expect(decodeMember(encodeMember(['a.topic'], data))).toEqual(data);
  expect(decodeMember(encodeMember(['a.topic'], { had: {} }))).toEqual({ had: {} });
});

test('a member without metadata, as during a rebalance, and a member of another program had no partitions', () => {
  expect(decodeMember(Buffer.alloc(0))).toEqual({ had: {} });
  expect(decodeMember(MemberMetadata.encode({ version: 0, topics: ['a'], userData: Buffer.alloc(0) }))).toEqual({
    had: {},
  });
});
