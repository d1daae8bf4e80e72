using EdgeOrleans.Silo;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Hosting;
using EdgeOrleans.Silo.Native;

try
{
    var configuration = ConfigurationSources.Read(args);
    var options = ServiceOptions.Read(configuration);
    var journal = DataSetup.OpenJournal(options);

    var builder = WebApplication.CreateEmptyBuilder(new());
    builder.Logging.AddLog(configuration);
    builder.UseOrleans(silo =>
    {
        silo.UseOneSilo(options);
        silo.AddData(options, journal);
        silo.Services.AddNativeManifest();
    });
    builder.AddWeb(options, configuration);

    await using var app = builder.Build();
    app.UseWeb(options);
    return (int)await ServiceRun.Run(app, options);
}
catch (StartFault fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return (int)fault.ExitCode;
}
