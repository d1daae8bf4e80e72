using System.Globalization;
using System.Reflection;

namespace EdgeOrleans.Clients.Tests.Wire;

/// <summary>All that two versions of the service and its clients must agree on, as text: a line for each name or number on the wire.</summary>
internal static class WireNames
{
    private static readonly Assembly[] Assemblies = [typeof(ICollectionGrain).Assembly, Assembly.Load("EdgeOrleans.Grains")];

    /// <summary>The lines, in the order of the names.</summary>
    public static IReadOnlyList<string> Lines()
    {
        var types = Assemblies.SelectMany(static assembly => assembly.GetTypes()).Where(static type => !(type.Namespace ?? "").StartsWith("OrleansCodeGen", StringComparison.Ordinal)).ToArray();
        return
        [
            .. types.Where(IsGrain).OrderBy(GrainName, StringComparer.Ordinal).Select(static type => $"grain {GrainName(type)}: {string.Join(", ", InterfacesOf(type))}"),
            .. types.Where(IsGrainInterface).OrderBy(AliasOf, StringComparer.Ordinal).SelectMany(Interface),
            .. types.Where(IsSerialized).OrderBy(AliasOf, StringComparer.Ordinal).SelectMany(Serialized),
        ];
    }

    private static bool IsGrain(Type type) => type is { IsClass: true, IsAbstract: false } && typeof(IGrain).IsAssignableFrom(type);

    private static bool IsGrainInterface(Type type) => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type);

    private static bool IsSerialized(Type type) => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);

    private static string GrainName(Type type) =>
        type.GetCustomAttribute<GrainTypeAttribute>()?.GetGrainType(null!, type).ToString() ?? Missing(type, "[GrainType]");

    private static IEnumerable<string> InterfacesOf(Type type) =>
        type.GetInterfaces().Where(static i => Assemblies.Contains(i.Assembly) && IsGrainInterface(i)).Select(AliasOf).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Interface(Type type) =>
        type.GetMethods()
            .Select(static method => $"    {AliasOf(method)}({string.Join(", ", method.GetParameters().Select(static p => NameOf(p.ParameterType)))}): {NameOf(method.ReturnType)}")
            .Order(StringComparer.Ordinal)
            .Prepend($"interface {AliasOf(type)}");

    private static IEnumerable<string> Serialized(Type type) => type.IsEnum
        ? Enum.GetValues(type).Cast<object>().Select(static value => string.Create(CultureInfo.InvariantCulture, $"    {Convert.ToInt64(value, CultureInfo.InvariantCulture)} {value}")).Prepend($"enum {AliasOf(type)}")
        : Members(type).Prepend($"type {AliasOf(type)}");

    private static IEnumerable<string> Members(Type type)
    {
        var all = type.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);

        // A property is its own; a field is a property's, or must say that it is none on the wire.
        var members = all.OfType<PropertyInfo>().Where(static p => p.GetMethod is not null && IsStored(p)).Select(static p => ((MemberInfo)p, p.PropertyType))
            .Concat(all.OfType<FieldInfo>().Where(static field => !field.Name.StartsWith('<')).Select(static f => ((MemberInfo)f, f.FieldType)));
        return members
            .Select(static member => (Id: member.Item1.GetCustomAttribute<IdAttribute>()?.Id, Name: member.Item1.Name, Type: member.Item2))
            .OrderBy(static member => member.Id)
            .Select(member => string.Create(CultureInfo.InvariantCulture, $"    {member.Id?.ToString(CultureInfo.InvariantCulture) ?? Missing(type, $"[Id] of {member.Name}")} {member.Name}: {NameOf(member.Type)}"));
    }

    private static bool IsStored(PropertyInfo property) =>
        property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    private static string AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias ?? Missing(member, "[Alias]");

    private static string Missing(MemberInfo member, string what) => $"{member.DeclaringType?.Name}{member.Name} has no {what}";

    private static string NameOf(Type type) =>
        type.IsArray ? NameOf(type.GetElementType()!) + "[]"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : Assemblies.Contains(type.Assembly) ? AliasOf(type)
        : type.Name;
}
