import {murmur2 as m} from '/tmp/w/ingest/libs/kafka/src/partitioner.ts';
for (const n of [36,100,1000,1048576]) { const k=Buffer.alloc(n,1); const rep=n<=1000?200000:3; let t=performance.now(); for(let i=0;i<rep;i++) m(k); console.log(n, ((performance.now()-t)/rep*1000).toFixed(3),'µs'); }
