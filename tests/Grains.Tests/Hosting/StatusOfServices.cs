using Microsoft.Extensions.DependencyInjection;

namespace EdgeOrleans.Grains.Tests.Hosting;

internal static class StatusOfServices
{
    public static IServiceStatus Status(this IServiceProvider services) => services.GetRequiredService<IServiceStatus>();
}
