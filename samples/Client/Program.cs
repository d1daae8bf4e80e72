using EdgeOrleans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

if (Arguments.Read(args) is not { } arguments)
{
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}

var builder = new HostApplicationBuilder();
builder.Logging.ClearProviders();
builder.UseOrleansClient(client =>
{
    // The package sets all but where the gateways are.
    client.UseEdgeOrleans(arguments.Options);
    if (arguments.Gateway is { } gateway)
    {
        client.UseStaticClustering(gateway);
    }
    else
    {
        client.UseRedisClustering(arguments.Redis!);
    }
});
using var host = builder.Build();
try
{
    await host.StartAsync();
}
catch (ConnectFailedException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 1;
}

var readings = host.Services.GetRequiredService<IClusterClient>()
    .GetKeyValueCollection("samples", "readings", ReadingJson.Default.Reading);
await Tour.Run(readings);

// Ctrl-C ends it sooner.
var end = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
var lost = await Endurance.Run(readings, TimeSpan.FromSeconds(arguments.Seconds), end);
await host.StopAsync();
return lost;
