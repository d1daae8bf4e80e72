using EdgeOrleans.Silo;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Hosting;

try
{
    var configuration = ConfigurationSources.Read(args);
    var options = ServiceOptions.Read(configuration);

    var builder = WebApplication.CreateEmptyBuilder(new());
    builder.Logging.AddLog(configuration);
    builder.AddWeb(options, configuration);
    builder.UseOrleans(silo => silo.UseOneSilo(options));

    await using var app = builder.Build();
    return (int)await ServiceRun.Run(app, options);
}
catch (StartFault fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return (int)fault.ExitCode;
}
