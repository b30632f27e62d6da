export declare function nodeSupport(version: string, minimum: string): 'supported' | 'starts only' | 'too old';
