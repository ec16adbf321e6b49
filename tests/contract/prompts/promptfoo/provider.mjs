// A provider for the promptfoo CLI that gives what the corpus says, without any model.
import { readFileSync } from 'node:fs';

const responses = JSON.parse(readFileSync(new URL('./responses.json', import.meta.url), 'utf8'));

export default class CorpusProvider {
  id() {
    return 'corpus';
  }

  async callApi(prompt) {
    return responses[prompt];
  }
}
