import { element, type XmlElement } from '../xml.ts';
import {
  boundElement,
  classOf,
  formList,
  optionalElement,
  textIn,
  UnknownClassError,
  type FormObject,
} from './form-xml.ts';

const GIT_PLUGIN = 'git@5.7.0';

/** The source control systems whose plugins the server is taken to have, beside git. */
const OTHER_SCMS = ['hudson.scm.NullSCM', 'hudson.scm.SubversionSCM'];

/** The `scm` element that a form makes; UnknownClassError when no plugin has the class. */
export function submitScm(form: FormObject): XmlElement {
  const type = classOf(form);
  if (OTHER_SCMS.includes(type)) return boundElement('scm', form, true);
  if (type !== 'hudson.plugins.git.GitSCM') throw new UnknownClassError(type);
  return element(
    'scm',
    [
      element('configVersion', 2),
      element('userRemoteConfigs', formList(form['userRemoteConfigs']).map(submitRemote)),
      element('branches', formList(form['branches']).map(submitBranch)),
      element('doGenerateSubmoduleConfigurations', false),
      optionalElement(form, 'gitTool'),
      element('submoduleCfg', [], { class: 'empty-list' }),
      element(
        'extensions',
        formList(form['extensions']).map((one) => boundElement(classOf(one), one, false)),
      ),
    ],
    { class: type, plugin: GIT_PLUGIN },
  );
}

/** The fields stand in another order than in the form; empty ones are left out. */
function submitRemote(form: FormObject): XmlElement {
  const fields = ['name', 'refspec', 'url', 'credentialsId'].map((name) => optionalElement(form, name));
  return element('hudson.plugins.git.UserRemoteConfig', fields);
}

/** A pattern of branches, with wildcards. */
function submitBranch(form: FormObject): XmlElement {
  return element('hudson.plugins.git.BranchSpec', [element('name', textIn(form, 'name'))]);
}
