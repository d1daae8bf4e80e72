using EdgeOrleans.Grains;
using EdgeOrleans.Silo;
using EdgeOrleans.Silo.Cluster;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Hosting;
using EdgeOrleans.Silo.Log;
using EdgeOrleans.Silo.Native;
using EdgeOrleans.Silo.Systemd;

if (Usage.For(args) is { } usage)
{
    await Console.Out.WriteLineAsync(usage);
    return (int)ExitCode.Stopped;
}

try
{
    if (Verb.In(args) is { } verb)
    {
        return (int)await verb.Run(args);
    }

    var configuration = ConfigurationSources.Read(args);
    var options = ServiceOptions.Read(configuration);
    MemoryBudget.Of(options.Memory.BudgetBytes).Apply();
    using var manager = ServiceManager.Of(options);

    // A device keeps what it acknowledges in its own journal, a member of a cluster in PostgreSQL.
    var useData = options.Cluster is { } cluster ? await ClusterSetup.Join(options, cluster) : DataSetup.Open(options, manager);

    var builder = WebApplication.CreateEmptyBuilder(new());
    builder.Logging.AddLog(options, configuration);
    builder.UseOrleans(silo =>
    {
        silo.UseTls(options.Tls);
        useData(silo);
        silo.Services.AddNativeManifest(servesClients: options.Gateway is not null);
    });
    builder.AddWeb(options, configuration);
    builder.AddSystemd(manager);

    var app = builder.Build();
    app.UseWeb(options);
    return (int)await ServiceRun.Run(app, options);
}
catch (StartFault fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return (int)fault.ExitCode;
}
#pragma warning disable CA1031 // The last resort: an exit code of its own instead of an abort.
catch (Exception fault)
#pragma warning restore CA1031
{
    await Console.Error.WriteLineAsync(fault.ToString());
    return (int)ExitCode.Fault;
}
