/** Something that no recording proves. */
export interface Untried {
  readonly what: string;
  readonly route: string;
  readonly why: string;
  /** The classes of Jenkins or its plugins that were read instead. */
  readonly source: string;
}

/**
 * Details of operations that no recording of a real Jenkins proves, beside whole routes (`document.ts` says so of those)
 * and settings of pipelines (`settingEvidence`).
 */
export const untried: Readonly<Record<string, readonly Untried[]>> = {
  'Items, builds and the queue': [
    {
      what: '`item.moveTo`, refused: no such folder, not permitted, name taken',
      route: 'POST `{item}/move/move`',
      why: 'only success was recorded',
      source: 'cloudbees-folder `RelocationAction.doMove`',
    },
    {
      what: '`item.rename`, name taken',
      route: 'POST `{item}/confirmRename`',
      why: 'only success was recorded',
      source: 'core `AbstractItem.doConfirmRename`',
    },
    {
      what: 'Names with blanks at their ends, which the client refuses',
      route: 'POST `createItem`, `confirmRename`',
      why: 'Jenkins would drop the blanks',
      source: 'core `ItemGroupMixIn.createTopLevelItem`, `AbstractItem.doConfirmRename`',
    },
    {
      what: '`item.describe` of what holds items: their own form describes a view',
      route: 'GET and POST `{item}/config.xml`',
      why: 'only a job was recorded',
      source: 'cloudbees-folder `AbstractFolder.doSubmitDescription`',
    },
    {
      what: '`item.disable` of a folder, which the client refuses',
      route: 'POST `{item}/disable`',
      why: 'Jenkins would answer 302 and do nothing',
      source: 'cloudbees-folder `AbstractFolder.makeDisabled`',
    },
    {
      what: '`item.copyTo` of a folder: jobs in it are saved like copied jobs',
      route: 'POST `createItem`, `{item}/submitDescription`',
      why: 'only a job was recorded',
      source: 'cloudbees-folder `Folder.onCopiedFrom`, core `Job.LastItemListener`',
    },
    {
      what: '`item.branches`: `orphaned`',
      route: 'GET `{item}/api/json`',
      why: 'no branch was gone',
      source: 'cloudbees-folder `ComputedFolder`, workflow-multibranch `BranchJobProperty.isBuildable`',
    },
    {
      what: '`build.delete`',
      route: 'POST `{item}/{build}/doDelete`',
      why: 'only the refusal for a kept build was recorded',
      source: 'core `Run.doDoDelete`',
    },
    {
      what: '`queue.cancel`, refused or too late',
      route: 'POST `queue/cancelItem`',
      why: '422 and 500 were not recorded',
      source: 'core `Queue.doCancelItem`',
    },
    {
      what: '`build.replay` with loaded scripts, or unchanged',
      route: 'POST `{item}/{build}/replay/run`, `rebuild`',
      why: 'only another main script was recorded',
      source: 'workflow-cps `ReplayAction.doRun`, `doRebuild`',
    },
    {
      what: 'File parameters of a start',
      route: 'POST `{item}/buildWithParameters`, multipart',
      why: 'not recorded',
      source: 'core `FileParameterDefinition`, `ParametersDefinitionProperty`',
    },
    {
      what: 'File parameters of an input',
      route: 'POST `{item}/{build}/input/{input}/submit`, multipart',
      why: 'not recorded',
      source: 'pipeline-input-step `InputStepExecution.doSubmit`',
    },
    {
      what: 'Parts of artifacts',
      route: 'GET `{item}/{build}/artifact/…`',
      why: '206, 304 and 416 were not recorded',
      source: 'stapler `ResponseImpl.serveFile`',
    },
    {
      what: 'The size of a log',
      route: 'HEAD `…/logText/progressiveText`',
      why: 'not recorded',
      source: 'stapler `LargeText.doProgressText`',
    },
    {
      what: 'Logs of steps and scans as HTML',
      route: 'GET `…/logText/progressiveHtml`',
      why: 'recorded for builds only',
      source: 'core `AnnotatedLargeText`',
    },
    {
      what: 'Stages by pipeline-graph-view of 2026',
      route: 'GET `{item}/{build}/stages/tree`, `stages/allSteps`',
      why: 'newer than the recordings',
      source: 'pipeline-graph-view `PipelineGraphViewAction`',
    },
  ],
  Administration: [
    {
      what: 'Certificates, PKCS #12 and PEM',
      route: 'POST `…/createCredentials`, `…/updateSubmit`',
      why: 'not recorded',
      source: 'credentials `CertificateCredentialsImpl`',
    },
    {
      what: 'New content for a secret file',
      route: 'POST `…/credential/{credential}/updateSubmit`, multipart',
      why: 'only making one was recorded',
      source: 'plain-credentials `FileCredentialsImpl`, credentials `CredentialsStoreAction`',
    },
    {
      what: 'Credentials of the kind `custom`',
      route: 'POST `…/createCredentials`',
      why: "the form is the caller's",
      source: 'credentials `CredentialsStoreAction.doCreateCredentials`',
    },
    {
      what: 'Domains by host and port, scheme, or path',
      route: 'POST `…/createDomain`',
      why: 'only those by host were recorded',
      source: 'credentials `HostnamePortSpecification`, `SchemeSpecification`, `PathSpecification`',
    },
    {
      what: 'A domain whose name is taken',
      route: 'POST `…/createDomain`',
      why: 'not recorded',
      source: 'credentials `CredentialsStoreAction.doCreateDomain`',
    },
    {
      what: 'Agents by SSH, and those kept online on demand',
      route: 'POST `computer/doCreateItem`, `…/configSubmit`',
      why: 'only inbound agents were recorded',
      source: 'ssh-slaves `SSHLauncher` and its strategies, core `RetentionStrategy.Demand`',
    },
    {
      what: 'Views of a folder',
      route: 'POST `{item}/createView`, `…/configSubmit` and others',
      why: 'recorded at the root only',
      source: 'cloudbees-folder `AbstractFolder`, core `View`, `ListView`',
    },
    {
      what: 'Views: items by name, and by status',
      route: 'POST `…/configSubmit`',
      why: 'only the pattern was recorded',
      source: 'core `ListView.submit`',
    },
    {
      what: 'Tokens of the user who asks',
      route: 'POST `me/descriptorByName/jenkins.security.ApiTokenProperty/…`',
      why: 'recorded below `user/{user}`',
      source: 'core `Jenkins.getMe`, `ApiTokenProperty`',
    },
    {
      what: '`users.create`, id taken',
      route: 'POST `securityRealm/createAccountByAdmin`',
      why: 'not recorded',
      source: 'core `HudsonPrivateSecurityRealm`',
    },
    {
      what: '`casc.check` and `casc.apply`: warnings',
      route: 'POST `configuration-as-code/check`, `apply`',
      why: 'only a good and a bad text were recorded',
      source: 'configuration-as-code `ConfigurationAsCode.doCheck`, `BaseConfigurator`',
    },
    {
      what: 'The message of `system.quietDown`',
      route: 'POST `quietDown`',
      why: 'not recorded',
      source: 'core `Jenkins.doQuietDown`',
    },
    {
      what: '`system.reload`, permitted',
      route: 'POST `reload`',
      why: 'only the refusal was recorded',
      source: 'core `Jenkins.doReload`',
    },
  ],
  'The container': [
    {
      what: 'Which addresses are refused',
      route: 'all',
      why: 'recorded on Tomcat 10.1, not on the Jetty 12 of a stock Jenkins',
      source: 'winstone `AbstractConnectorFactory`, core `SuspiciousRequestFilter`',
    },
    {
      what: 'The size of addresses, headers and forms',
      route: 'all',
      why: 'the same',
      source: 'winstone: 8 KB for address and headers, no limit for forms',
    },
    {
      what: "The container's own error pages: 401, crumb, some 400",
      route: 'all',
      why: 'the same',
      source: 'Jetty `ErrorHandler`',
    },
  ],
};
