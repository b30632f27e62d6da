import {createRequire} from 'node:module'; const r=createRequire('/tmp/w/ingest/package.json');
const m=r('kafkajs/src/producer/partitioners/default/murmur2');
const k=Buffer.alloc(1048488,1); let t=performance.now(); m(k); console.log('murmur2 1MB', performance.now()-t);
