import {createRequire} from 'node:module'; const r=createRequire('/tmp/w/ingest/package.json');
const m=r('kafkajs/src/producer/partitioners/default/murmur2');
for (const n of [36,100,1000,10000,100000]) { const k=Buffer.alloc(n,1); const rep=n<=1000?2000:3; let t=performance.now(); for(let i=0;i<rep;i++) m(k); console.log(n, ((performance.now()-t)/rep*1000).toFixed(1),'µs'); }
